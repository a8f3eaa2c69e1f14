"""An independent OCPP 2.0.1 / 2.1 charging station: an ordinary, slightly imperfect AC wallbox.

It exists so that the suite meets a station that shares no code with it. See README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from ocpp.routing import on
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from inventory import inventory
from model import Model, Variable, Wire, now
from monitoring import Monitoring
from session import Session

REPORT_PART = 20
"""Variables in one NotifyReport."""
MONITORING_PART = 10
"""Variables in one NotifyMonitoringReport."""

Place = tuple[int | None, int | None]
"""EVSE and connector; both absent for the station itself."""


class Wallbox(Session):
    """What the station answers, and what it reports of its own accord."""

    def __init__(self, identity: str, link: ClientConnection, version: str, state: Path | None) -> None:
        super().__init__(identity, link, version)
        self._state = state
        self._inoperative: set[Place] = set()
        self.model = Model(inventory(), self._changed)
        self.monitoring = Monitoring(self.model, version, self._send_event)
        self._heartbeat_interval = next(self.model.of("OCPPCommCtrlr", "HeartbeatInterval"))
        self.save()

    # Inventory (B05 to B08)

    @on("GetBaseReport")
    def get_base_report(self, request_id: int, report_base: str, **_: Any) -> Any:
        """The full inventory, or what can be written."""
        variables = self.model.variables
        if report_base == "ConfigurationInventory":
            variables = [v for v in variables if v.access != "ReadOnly"]
        elif report_base != "FullInventory":
            return self.response.GetBaseReport(status="NotSupported")
        self._send_report(request_id, variables)
        return self.response.GetBaseReport(status="Accepted")

    @on("GetReport")
    def get_report(
        self,
        request_id: int,
        component_variable: list[Wire] | None = None,
        component_criteria: list[str] | None = None,
        **_: Any,
    ) -> Any:
        """What the filters select."""
        variables = self.model.select(component_variable)
        if component_criteria is not None:
            variables = self.model.select_by_criteria(component_criteria, variables)
        if not variables:
            return self.response.GetReport(status="EmptyResultSet")
        self._send_report(request_id, variables)
        return self.response.GetReport(status="Accepted")

    @on("GetVariables")
    def get_variables(self, get_variable_data: list[Wire], **_: Any) -> Any:
        """One result for each element."""
        results = [self.model.get(asked) for asked in get_variable_data]
        return self.response.GetVariables(get_variable_result=results)

    @on("SetVariables")
    def set_variables(self, set_variable_data: list[Wire], **_: Any) -> Any:
        """One result for each element."""
        results = [self.model.set(asked) for asked in set_variable_data]
        return self.response.SetVariables(set_variable_result=results)

    # Monitoring (N02 to N06)

    @on("GetMonitoringReport")
    def get_monitoring_report(
        self,
        request_id: int,
        component_variable: list[Wire] | None = None,
        monitoring_criteria: list[str] | None = None,
        **_: Any,
    ) -> Any:
        """The monitors that the filters select."""
        report = self.monitoring.report(monitoring_criteria, component_variable)
        if not report:
            return self.response.GetMonitoringReport(status="EmptyResultSet")
        # IMPERFECTION 9: should start at 0 (N02.FR.09).
        for seq_no, start in enumerate(range(0, len(report), MONITORING_PART), start=1):
            end = start + MONITORING_PART
            message = self.request.NotifyMonitoringReport(
                request_id=request_id,
                generated_at=now(),
                seq_no=seq_no,
                tbc=end < len(report),
                monitor=report[start:end],
            )
            self.send(message)
        return self.response.GetMonitoringReport(status="Accepted")

    @on("SetVariableMonitoring")
    def set_variable_monitoring(self, set_monitoring_data: list[Wire], **_: Any) -> Any:
        """One result for each element."""
        results = [self.monitoring.set(asked) for asked in set_monitoring_data]
        return self.response.SetVariableMonitoring(set_monitoring_result=results)

    @on("ClearVariableMonitoring")
    def clear_variable_monitoring(self, id: list[int], **_: Any) -> Any:
        """One result for each id."""
        results = [{"id": one, "status": self.monitoring.clear(one)} for one in id]
        return self.response.ClearVariableMonitoring(clear_monitoring_result=results)

    @on("SetMonitoringLevel")
    def set_monitoring_level(self, severity: int, **_: Any) -> Any:
        """Limits which events are sent."""
        return self.response.SetMonitoringLevel(status=self.monitoring.set_level(severity))

    @on("SetMonitoringBase")
    def set_monitoring_base(self, monitoring_base: str, **_: Any) -> Any:
        """Goes back to a set of monitors."""
        return self.response.SetMonitoringBase(status=self.monitoring.set_base(monitoring_base))

    # Availability (G03, G04) and triggers (F06)

    @on("ChangeAvailability")
    def change_availability(self, operational_status: str, evse: Wire | None = None, **_: Any) -> Any:
        """Puts the station, an EVSE or a connector in or out of operation."""
        place = _place(evse)
        states = [v for v in self.model.variables if v.name == "AvailabilityState"]
        if place not in [(v.component.evse, v.component.connector) for v in states]:
            return self.response.ChangeAvailability(status="Rejected")
        change = self._inoperative.add if operational_status == "Inoperative" else self._inoperative.discard
        change(place)
        for state in states:
            evse_id, connector_id = state.component.evse, state.component.connector
            above: set[Place] = {(None, None), (evse_id, None), (evse_id, connector_id)}
            before = state.value
            self.model.put(state, "Unavailable" if above & self._inoperative else "Available")
            if connector_id is not None and state.value != before:
                for message in self._statuses((evse_id, connector_id)):
                    self.send_unasked(message)
        return self.response.ChangeAvailability(status="Accepted")

    @on("TriggerMessage")
    def trigger_message(self, requested_message: str, evse: Wire | None = None, **_: Any) -> Any:
        """Sends a message of its own at once."""
        if requested_message == "BootNotification":
            # Once accepted, a station has nothing more to announce (F06.FR.17).
            messages = [] if self.accepted else [self.boot_notification("Triggered")]
        elif requested_message == "StatusNotification":
            messages = self._statuses(_place(evse))
        elif requested_message == "Heartbeat":
            messages = [self.request.Heartbeat()]
        else:
            return self.response.TriggerMessage(status="NotImplemented")
        for message in messages:
            self.send(message)
        return self.response.TriggerMessage(status="Accepted" if messages else "Rejected")

    # Messages of its own

    def boot_notification(self, reason: str) -> Any:
        """Who the station is."""
        said = {v.name: v.value for v in self.model.variables if v.component.name == "ChargingStation"}
        station = {
            "vendorName": said["VendorName"],
            "model": said["Model"],
            "serialNumber": said["SerialNumber"],
            "firmwareVersion": next(self.model.of("Controller", "FirmwareVersion")).value,
        }
        return self.request.BootNotification(charging_station=station, reason=reason)

    def on_accepted(self, interval: int) -> None:
        """Takes over the heartbeat interval and reports every connector."""
        if interval > 0:
            self.model.put(self._heartbeat_interval, str(interval))
        self.beat_every(int(self._heartbeat_interval.value))
        for message in self._statuses():
            self.send(message)

    def _statuses(self, place: Place = (None, None)) -> list[Any]:
        evse_id, connector_id = place
        return [
            self.request.StatusNotification(
                timestamp=now(),
                connector_status=v.value,
                evse_id=v.component.evse,
                connector_id=v.component.connector,
            )
            for v in self.model.of("Connector", "AvailabilityState")
            if evse_id in (None, v.component.evse) and connector_id in (None, v.component.connector)
        ]

    def _send_event(self, event: Wire) -> None:
        message = self.request.NotifyEvent(generated_at=now(), seq_no=0, event_data=[event])
        self.send_unasked(message)

    def _send_report(self, request_id: int, variables: list[Variable]) -> None:
        for seq_no, start in enumerate(range(0, len(variables), REPORT_PART)):
            end = start + REPORT_PART
            message = self.request.NotifyReport(
                request_id=request_id,
                generated_at=now(),
                seq_no=seq_no,
                tbc=end < len(variables),
                report_data=[v.report() for v in variables[start:end]],
            )
            self.send(message)

    # State

    def _changed(self, variable: Variable) -> None:
        self.monitoring.observe(variable)
        if variable is self._heartbeat_interval:
            self.beat_every(int(variable.value))

    def on_served(self) -> None:
        """Every change comes from a CALL of the CSMS, so this is when the state is written."""
        self.save()

    def save(self) -> None:
        """Writes the state, if a file was named."""
        if self._state is None:
            return
        monitors = self.monitoring.monitors.values()
        states = [v for v in self.model.variables if v.name == "AvailabilityState"]
        out = [v for v in states if (v.component.evse, v.component.connector) in self._inoperative]
        state = {
            "monitors": [
                m.wire() | {"on": str(m.variable), "kind": m.kind, "exceeded": m.exceeded} for m in monitors
            ],
            "variables": {str(v): v.actual() for v in self.model.variables},
            "availability": {str(v.component): "Inoperative" if v in out else "Operative" for v in states},
        }
        beside = self._state.with_name(self._state.name + ".new")
        beside.write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
        os.replace(beside, self._state)


def _place(evse: Wire | None) -> Place:
    return (evse["id"], evse.get("connector_id")) if evse else (None, None)


async def run(url: str, identity: str, version: str, state: Path | None) -> int:
    """Connects, serves, and says how it ended: 0 when the server closed, 1 when there was no connection."""
    subprotocol = Subprotocol(f"ocpp{version}")
    try:
        async with connect(f"{url.rstrip('/')}/{identity}", subprotocols=[subprotocol]) as link:
            if link.subprotocol != subprotocol:
                print(f"the server does not speak {subprotocol}", file=sys.stderr)
                return 1
            wallbox = Wallbox(identity, link, version, state)
            try:
                await wallbox.serve()
            finally:
                wallbox.save()
    except (OSError, WebSocketException) as trouble:
        print(f"no connection to {url}: {trouble}", file=sys.stderr)
        return 1
    return 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--url", required=True, help="where the CSMS listens, for example ws://127.0.0.1:9000"
    )
    parser.add_argument("--id", default="PEER01", help="identity, appended to the URL")
    parser.add_argument("--ocpp", choices=("2.0.1", "2.1"), default="2.0.1", help="protocol version")
    parser.add_argument("--state", type=Path, help="file to write monitors, values and availability to")
    parser.add_argument("--verbose", action="store_true", help="log every frame on standard error")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO if args.verbose else logging.WARNING)
    if not args.verbose:
        # The package prints a stack trace for every CALLERROR it sends.
        logging.getLogger("ocpp").setLevel(logging.CRITICAL)
    return asyncio.run(run(args.url, args.id, args.ocpp, args.state))


if __name__ == "__main__":
    sys.exit(main())
