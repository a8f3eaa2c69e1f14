"""The monitoring engine of the peer station: installs, reports, evaluates and removes monitors.

Comments that begin with IMPERFECTION mark behaviour that is wrong on purpose; README.md lists them.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from model import NUMERIC, Component, Model, Variable, Wire, now

HARDWIRED, PRECONFIGURED, CUSTOM = "HardWiredMonitor", "PreconfiguredMonitor", "CustomMonitor"
THRESHOLDS = ("UpperThreshold", "LowerThreshold")
PERIODIC = ("Periodic", "PeriodicClockAligned")
CRITERIA = {
    "ThresholdMonitoring": THRESHOLDS,
    "DeltaMonitoring": ("Delta",),
    "PeriodicMonitoring": PERIODIC,
}


@dataclass(eq=False)
class Monitor:
    """An installed monitor."""

    id: int
    variable: Variable
    type: str
    severity: int
    value: float
    kind: str = CUSTOM
    transaction: bool = False
    reference: str = ""
    """Value at the time it was set or fired last; what a Delta monitor compares with."""
    exceeded: bool = False
    """Whether a threshold has been reported as exceeded."""
    timer: asyncio.Task[None] | None = field(default=None, repr=False)

    def wire(self) -> Wire:
        """The monitor without its variable, in the words of 2.0.1."""
        return {
            "id": self.id,
            "transaction": self.transaction,
            "value": self.value,
            "type": self.type,
            "severity": self.severity,
        }


class Monitoring:
    """All monitors of the station.

    `send` gets each event that is due, ready for NotifyEvent, and its severity; `transaction` says which
    transaction goes on at an EVSE.
    """

    def __init__(
        self,
        model: Model,
        version: str,
        send: Callable[[Wire, int], None],
        transaction: Callable[[int | None], str | None],
    ) -> None:
        self.monitors: dict[int, Monitor] = {}
        self._model = model
        self._version = version
        self._send = send
        self._transaction = transaction
        self._level = 9
        self._event_ids = itertools.count(1)
        presets = [(v, p) for v in model.variables for p in v.presets]
        self._presets = dict(enumerate(presets, start=1))
        self._ids = itertools.count(len(presets) + 1)
        self._install_presets()
        self._normal = {m.id: m.variable.actual() for m in self.monitors.values()}

    # Requests

    def set(self, asked: Wire) -> Wire:
        """One result of SetVariableMonitoring."""
        result: Wire = {k: asked[k] for k in ("type", "severity", "component", "variable")}
        found = self._model.find(asked["component"], asked["variable"])
        if isinstance(found, str):
            return result | {"status": found}
        status = self._judge(found, asked)
        if status != "Accepted":
            return result | {"status": status}
        old = self.monitors.get(asked["id"]) if "id" in asked else None
        monitor = Monitor(
            id=old.id if old else next(self._ids),
            variable=found,
            type=asked["type"],
            severity=asked["severity"],
            value=asked["value"],
            transaction=asked.get("transaction", False),
        )
        if old and old.type == monitor.type:
            # So that a threshold moved across the present value clears the old alert (N07.FR.11).
            monitor.exceeded = old.exceeded
        self._install(monitor)
        self._evaluate(monitor, modified=old is not None)
        return result | {"status": "Accepted", "id": monitor.id}

    def clear(self, monitor_id: int) -> str:
        """Status of one id of ClearVariableMonitoring."""
        monitor = self.monitors.get(monitor_id)
        if monitor is None:
            # IMPERFECTION 8: should be NotFound (N06.FR.02).
            return "Accepted"
        if monitor.kind == HARDWIRED:
            return "Rejected"
        self._remove(monitor)
        return "Accepted"

    def set_level(self, severity: int) -> str:
        """Status of SetMonitoringLevel."""
        if not 0 <= severity <= 9:
            return "Rejected"
        self._level = severity
        for v in self._model.of("MonitoringCtrlr", "ActiveMonitoringLevel"):
            self._model.put(v, str(severity))
        return "Accepted"

    def set_base(self, base: str) -> str:
        """Status of SetMonitoringBase."""
        if base != "All":
            for monitor in list(self.monitors.values()):
                if monitor.kind != HARDWIRED:
                    self._remove(monitor)
        if base != "HardWiredOnly":
            self._install_presets()
        for v in self._model.of("MonitoringCtrlr", "ActiveMonitoringBase"):
            self._model.put(v, base)
        return "Accepted"

    def report(self, criteria: list[str] | None, filters: list[Wire] | None) -> list[Wire]:
        """Elements of a NotifyMonitoringReport, one per variable, for the monitors the filters select."""
        types = [t for c in criteria or CRITERIA for t in CRITERIA[c]]
        report = []
        for variable in self._model.select(filters):
            monitors = []
            for m in self.monitors.values():
                if m.variable is variable and m.type in types:
                    kind = {"eventNotificationType": m.kind} if self._version == "2.1" else {}
                    monitors.append(m.wire() | kind)
            if monitors:
                report.append(
                    {
                        "component": variable.component.wire(),
                        "variable": variable.wire(),
                        "variableMonitoring": monitors,
                    }
                )
        return report

    # Events

    def observe(self, variable: Variable) -> None:
        """The value of a variable has changed."""
        for monitor in list(self.monitors.values()):
            if monitor.variable is variable:
                self._evaluate(monitor)

    def _evaluate(self, monitor: Monitor, modified: bool = False) -> None:
        if monitor.transaction and self._transaction(monitor.variable.component.evse) is None:
            return
        value = monitor.variable.actual()
        if monitor.type == "Delta":
            if _differs(monitor, value):
                monitor.reference = value
                # IMPERFECTION 18: should tell the end of a trip as well (N07.FR.19).
                if monitor.kind == HARDWIRED and monitor.variable.name == "Tripped" and value == "false":
                    return
                self._fire(monitor, "Delta")
        elif monitor.type in THRESHOLDS:
            number = float(value)
            beyond = number > monitor.value if monitor.type == "UpperThreshold" else number < monitor.value
            if beyond != monitor.exceeded or (beyond and modified):
                monitor.exceeded = beyond
                # IMPERFECTION 15: should clear like every other threshold (N07.FR.02).
                if not beyond and monitor.kind == PRECONFIGURED and _is_undervoltage_of_l1(monitor):
                    return
                self._fire(monitor, "Alerting", cleared=not beyond)

    async def _tick(self, monitor: Monitor) -> None:
        due = time.time()
        while True:
            due += monitor.value
            if monitor.type == "PeriodicClockAligned":
                due = due // monitor.value * monitor.value
            while (left := due - time.time()) > 0:
                await asyncio.sleep(left)
            if not monitor.transaction or self._transaction(monitor.variable.component.evse):
                self._fire(monitor, "Periodic")

    def transaction_began(self, evse: int) -> None:
        """Monitors that watch during transactions only look at once at what they watch."""
        for monitor in list(self.monitors.values()):
            if monitor.transaction and monitor.variable.component.evse == evse:
                self._evaluate(monitor)

    def tell_again(self) -> None:
        """After a restart, what is still wrong with the hardware."""
        for monitor in self.monitors.values():
            value = monitor.variable.actual()
            if monitor.kind != CUSTOM and monitor.type in THRESHOLDS and monitor.exceeded:
                self._fire(monitor, "Alerting")
            elif monitor.kind == HARDWIRED and monitor.variable.data_type == "boolean":
                if value != self._normal[monitor.id]:
                    self._fire(monitor, "Delta")

    def number_anew(self) -> None:
        """The connection is a new one."""
        # IMPERFECTION 17: should go on counting (eventId is unique while the station runs).
        self._event_ids = itertools.count(1)

    def _fire(self, monitor: Monitor, trigger: str, cleared: bool = False) -> None:
        enabled = all(v.value == "true" for v in self._model.of("MonitoringCtrlr", "Enabled"))
        if not enabled or not self._passes_level(monitor):
            return
        variable = monitor.variable
        component = variable.component
        if monitor.kind == HARDWIRED and variable.instance == "PE":
            # IMPERFECTION 16: should name the component where it is, on the station (N07.FR.06).
            component = Component(component.name, component.instance, evse=1)
        event: Wire = {
            "eventId": next(self._event_ids),
            "timestamp": now(),
            "trigger": trigger,
            "actualValue": "" if variable.access == "WriteOnly" else variable.actual(),
            "component": component.wire(),
            "variable": monitor.variable.wire(),
            "variableMonitoringId": monitor.id,
            "eventNotificationType": monitor.kind,
        }
        if cleared:
            event["cleared"] = True
        if transaction := self._transaction(variable.component.evse):
            event["transactionId"] = transaction
        if self._version == "2.1":
            event["severity"] = monitor.severity
        self._send(event, monitor.severity)

    def _passes_level(self, monitor: Monitor) -> bool:
        # IMPERFECTION 10: should be `<=` (N05.FR.03). Level 9, the factory setting, lets everything pass,
        # so that only a station whose level was lowered shows the mistake.
        return self._level == 9 or monitor.severity < self._level

    # Installing and removing

    def _judge(self, variable: Variable, asked: Wire) -> str:
        type_, value, severity = asked["type"], asked["value"], asked["severity"]
        if "id" in asked:
            old = self.monitors.get(asked["id"])
            if old is None or old.variable is not variable or old.kind == HARDWIRED:
                return "Rejected"
        if type_ not in (*THRESHOLDS, *PERIODIC, "Delta"):
            return "UnsupportedMonitorType"
        if type_ in THRESHOLDS and variable.data_type not in NUMERIC:
            return "UnsupportedMonitorType"
        if type_ in PERIODIC and variable.data_type == "dateTime":
            return "UnsupportedMonitorType"
        if not variable.monitored or not 0 <= severity <= 9:
            return "Rejected"
        low, high = variable.limits
        if type_ in THRESHOLDS and ((low is not None and value < low) or (high is not None and value > high)):
            return "Rejected"
        if type_ == "Delta" and value == 0 and self._version == "2.1" and variable.data_type in NUMERIC:
            return "Rejected"
        if (type_ == "Delta" and value < 0) or (type_ in PERIODIC and value < 1):
            return "Rejected"
        for other in self.monitors.values():
            if (
                other.variable is variable
                and (other.type, other.severity) == (type_, severity)
                and other.id != asked.get("id")
                # IMPERFECTION 7: should not look at the value (N04.FR.10).
                and other.value == value
            ):
                return "Duplicate"
        return "Accepted"

    def _install_presets(self) -> None:
        for monitor_id, (variable, preset) in self._presets.items():
            if monitor_id not in self.monitors:
                kind = HARDWIRED if preset.hardwired else PRECONFIGURED
                self._install(Monitor(monitor_id, variable, preset.type, preset.severity, preset.value, kind))

    def _install(self, monitor: Monitor) -> None:
        if monitor.id in self.monitors:
            self._remove(self.monitors[monitor.id])
        monitor.reference = monitor.variable.actual()
        self.monitors[monitor.id] = monitor
        if monitor.type in PERIODIC and not monitor.transaction:
            monitor.timer = asyncio.create_task(self._tick(monitor))

    def _remove(self, monitor: Monitor) -> None:
        del self.monitors[monitor.id]
        if monitor.timer:
            monitor.timer.cancel()


def _differs(monitor: Monitor, value: str) -> bool:
    if monitor.variable.data_type in NUMERIC:
        return abs(float(value) - float(monitor.reference)) > monitor.value
    return value != monitor.reference


def _is_undervoltage_of_l1(monitor: Monitor) -> bool:
    return (monitor.type, monitor.value, monitor.variable.instance) == ("LowerThreshold", 207, "L1")
