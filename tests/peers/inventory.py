"""What the peer station consists of: a 22 kW wallbox with one EVSE and a fixed Type 2 cable.

Written by hand, as a maker would who follows the guideline; the archetype files are not read. Comments that
begin with IMPERFECTION mark what is wrong on purpose; README.md lists them.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from model import Component, Preset, Variable, now

AVAILABILITY = ("Available", "Occupied", "Reserved", "Unavailable", "Faulted")
BASES = ("All", "FactoryDefault", "HardWiredOnly")
MEASURANDS = ("Energy.Active.Import.Register", "Power.Active.Import", "Current.Import", "Voltage")


def text(name: str, value: str, data_type: str = "string", **more: Any) -> Variable:
    """A variable without a component yet; `of` gives it one."""
    instance = more.pop("instance", None)
    return Variable(Component(""), name, instance, data_type, value, **more)


def count(name: str, value: int, **more: Any) -> Variable:
    """An integer."""
    return text(name, str(value), "integer", **more)


def setting(name: str, value: int, low: float, high: float, unit: str | None = None, **more: Any) -> Variable:
    """An integer the operator may write and monitor."""
    return count(name, value, unit=unit, limits=(low, high), access="ReadWrite", monitored=True, **more)


def measured(name: str, value: float, unit: str | None, *presets: Preset, **more: Any) -> Variable:
    """A decimal that can be monitored."""
    return text(name, str(value), "decimal", unit=unit, presets=presets, monitored=True, **more)


def switch(name: str, value: bool, access: str = "ReadWrite") -> Variable:
    """A boolean of a controller."""
    return text(name, "true" if value else "false", "boolean", access=access)


def flag(name: str, severity: int | None = None, value: str = "false", **more: Any) -> Variable:
    """A boolean that can be monitored; with a severity the maker ships a hardwired Delta monitor."""
    presets = () if severity is None else (Preset("Delta", severity),)
    return text(name, value, "boolean", **({"monitored": True, "presets": presets} | more))


def members(name: str, value: str, values: tuple[str, ...] = (), access: str = "ReadWrite") -> Variable:
    """A MemberList."""
    return text(name, value, "MemberList", values=values, access=access)


def of(
    component: str,
    *variables: Variable,
    instance: str | None = None,
    evse: int | None = None,
    connector: int | None = None,
) -> list[Variable]:
    """The variables of one component at one place."""
    place = Component(component, instance, evse, connector)
    return [dataclasses.replace(v, component=place) for v in variables]


def physical() -> list[Variable]:
    """The charging hardware."""
    return [
        *of(
            "ChargingStation",
            text("AvailabilityState", "Available", "OptionList", values=AVAILABILITY, monitored=True),
            switch("Available", True, "ReadOnly"),
            flag("Problem", 3),
            count("SupplyPhases", 3),
            text("VendorName", "Peerless Charging"),
            text("Model", "PC-22T"),
            text("SerialNumber", "PC22T-000417"),
        ),
        *of(
            "EVSE",
            text("AvailabilityState", "Available", "OptionList", values=AVAILABILITY, monitored=True),
            switch("Available", True, "ReadOnly"),
            flag("Problem", 4),
            flag("Overload", 5),
            text(
                "Fallback", "false", "boolean", monitored=True, presets=(Preset("Delta", 5, hardwired=False),)
            ),
            # IMPERFECTION 2: should be an integer.
            text("SupplyPhases", "3"),
            measured("Power", 0.0, "W", limits=(0, 22000)),
            evse=1,
        ),
        *of(
            "Connector",
            text(
                "AvailabilityState",
                "Available",
                "OptionList",
                values=AVAILABILITY,
                monitored=True,
                presets=(Preset("Delta", 8),),
            ),
            switch("Available", True, "ReadOnly"),
            text("ConnectorType", "cType2"),
            count("SupplyPhases", 3),
            # IMPERFECTION 6: should support monitoring.
            flag("Problem", monitored=False),
            evse=1,
            connector=1,
        ),
        # IMPERFECTION 1: CPPWMController of the connector is missing.
        *of(
            "ElectricalFeed",
            flag("Active", 2, "true"),
            flag("Problem", 2),
            flag("Problem", 0, instance="PE"),
            *(_feed_voltage(phase, value) for phase, value in (("L1", 231.4), ("L2", 229.8), ("L3", 230.6))),
            count("SupplyPhases", 3),
        ),
        *of("RCD", flag("Tripped", 3), flag("Problem", 1), instance="DC6mA", evse=1),
        # IMPERFECTION 4: should be at EVSE 1.
        *of("PowerContactor", flag("Active"), flag("Tripped", 1), flag("Problem", 2)),
        *of(
            "FiscalMetering",
            flag("Problem", 2),
            measured("EnergyImportRegister", 1843250.0, "Wh"),
            text("SerialNumber", "M-88120453", instance="Meter"),
            evse=1,
        ),
        *of(
            "TemperatureSensor",
            flag("Active", 4),
            # IMPERFECTION 12: should have a hardwired monitor of severity 5.
            flag("Problem"),
            measured(
                "Temperature",
                31.5,
                "Celsius",
                Preset("UpperThreshold", 6, 60, hardwired=False),
                Preset("UpperThreshold", 5, 70, hardwired=False),
                Preset("LowerThreshold", 6, -25, hardwired=False),
                limits=(-40, 125),
            ),
            instance="Enclosure",
        ),
        *of(
            "Controller",
            flag("Problem", 2),
            text("FirmwareVersion", "3.4.1"),
            count("Count", 12, instance="Reboots", monitored=True),
            instance="Main",
        ),
        # IMPERFECTION 11: should have severity 4.
        *of("TokenReader", switch("Enabled", True, "ReadOnly"), flag("Problem", 6)),
    ]


def _feed_voltage(phase: str, value: float) -> Variable:
    return measured(
        "ACVoltage",
        value,
        # IMPERFECTION 3: the unit of one phase should be V like that of the others.
        None if phase == "L2" else "V",
        Preset("LowerThreshold", 6, 207, hardwired=False),
        Preset("LowerThreshold", 3, 160, hardwired=False),
        Preset("UpperThreshold", 6, 253, hardwired=False),
        Preset("UpperThreshold", 3, 290, hardwired=False),
        instance=phase,
        limits=(0, 400),
    )


def controllers() -> list[Variable]:
    """The logical components: settings and what the station says about itself."""
    return [
        *of(
            "MonitoringCtrlr",
            switch("Enabled", True),
            switch("Available", True, "ReadOnly"),
            count("OfflineQueuingSeverity", 5, access="ReadWrite", limits=(0, 9)),
            text("ActiveMonitoringBase", "All", "OptionList", values=BASES),
            count("ActiveMonitoringLevel", 9, limits=(0, 9)),
            *_message_limits("SetVariableMonitoring", "ClearVariableMonitoring"),
        ),
        *of("DeviceDataCtrlr", *_message_limits("GetReport", "GetVariables", "SetVariables")),
        *of(
            "ClockCtrlr",
            text("DateTime", "", "dateTime", source=now),
            text(
                "TimeSource",
                "Heartbeat",
                "SequenceList",
                values=("Heartbeat", "NTP", "RealTimeClock"),
                # IMPERFECTION 5: should be ReadWrite.
                access="ReadOnly",
            ),
        ),
        *of(
            "OCPPCommCtrlr",
            setting("HeartbeatInterval", 300, 1, 86400, "s"),
            setting("OfflineThreshold", 60, 0, 86400, "s"),
            setting("ResetRetries", 1, 0, 10),
            setting("NetworkProfileConnectionAttempts", 3, 1, 100),
            count("MessageTimeout", 10, instance="Default", unit="s"),
            count("MessageAttempts", 3, instance="TransactionEvent", access="ReadWrite", limits=(1, 10)),
            count(
                "MessageAttemptInterval",
                60,
                instance="TransactionEvent",
                access="ReadWrite",
                limits=(1, 3600),
            ),
            text("NetworkConfigurationPriority", "1", access="ReadWrite", limits=(None, 20)),
            members("FileTransferProtocols", "HTTP", ("HTTP", "HTTPS"), "ReadOnly"),
            switch("UnlockOnEVSideDisconnect", True, "ReadOnly"),
        ),
        *of(
            "SecurityCtrlr",
            count("SecurityProfile", 0),
            count("CertificateEntries", 0, limits=(None, 20)),
            text("OrganizationName", "Peerless", access="ReadWrite", limits=(None, 64)),
            text("BasicAuthPassword", "", access="WriteOnly", limits=(None, 64)),
        ),
        *of(
            "AuthCtrlr",
            *(
                switch(n, True)
                for n in ("AuthorizeRemoteStart", "LocalAuthorizeOffline", "LocalPreAuthorize")
            ),
        ),
        *of(
            "TxCtrlr",
            setting("EVConnectionTimeOut", 60, 1, 3600, "s"),
            switch("StopTxOnEVSideDisconnect", True, "ReadOnly"),
            switch("StopTxOnInvalidId", True),
            members("TxStartPoint", "PowerPathClosed", ("Authorized", "PowerPathClosed"), "ReadOnly"),
            members("TxStopPoint", "Authorized,EVConnected", ("Authorized", "EVConnected"), "ReadOnly"),
        ),
        *of(
            "SampledDataCtrlr",
            setting("TxUpdatedInterval", 60, 0, 86400, "s"),
            setting("TxEndedInterval", 0, 0, 86400, "s"),
            *(
                members(f"Tx{when}Measurands", MEASURANDS[0], MEASURANDS)
                for when in ("Started", "Updated", "Ended")
            ),
        ),
        *of(
            "AlignedDataCtrlr",
            setting("Interval", 900, 0, 86400, "s"),
            setting("TxEndedInterval", 0, 0, 86400, "s"),
            members("Measurands", MEASURANDS[0], MEASURANDS),
            members("TxEndedMeasurands", MEASURANDS[0], MEASURANDS),
        ),
        *of(
            "SmartChargingCtrlr",
            text(
                "LimitChangeSignificance",
                "5.0",
                "decimal",
                unit="Percent",
                limits=(0, 100),
                access="ReadWrite",
                monitored=True,
            ),
        ),
    ]


def _message_limits(*actions: str) -> list[Variable]:
    items = [count("ItemsPerMessage", 20, instance=a) for a in actions]
    return items + [count("BytesPerMessage", 16384, instance=a) for a in actions]


def inventory() -> list[Variable]:
    """A fresh copy of everything the station consists of."""
    return physical() + controllers()
