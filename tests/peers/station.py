"""An independent OCPP 2.0.1 / 2.1 charging station: an ordinary, slightly imperfect AC wallbox.

It exists so that the suite meets a station that shares no code with it. See README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ocpp.routing import on
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

import control
from charging import CONNECTOR, EVSE, Charging
from inventory import inventory
from model import Model, Variable, Wire, now
from monitoring import HARDWIRED, Monitoring
from session import Session
from upload import put

REPORT_PART = 20
"""Variables in one NotifyReport."""
MONITORING_PART = 10
"""Variables in one NotifyMonitoringReport."""

DOWN_SECONDS = 1.0
"""How long a restart takes."""
BACKOFF_SECONDS = (0.2, 0.5, 1.0)
"""Pauses between attempts to connect; the last one is repeated."""
SHORT_QUEUE = 40
"""A queue of fewer messages is held in memory, a longer one in flash."""
STOPS_CHARGING = 3
"""A hardwired alarm of this severity or a worse one ends the transaction."""

Place = tuple[int | None, int | None]
"""EVSE and connector; both absent for the station itself."""


class Wallbox(Session):
    """What the station answers, and what it reports of its own accord."""

    def __init__(self, identity: str, version: str, state: Path | None) -> None:
        super().__init__(identity, version)
        self._state = state
        self._inoperative: set[Place] = set()
        self._told: dict[Place, str] = {}
        self._after_transaction: list[Callable[[], None]] = []
        self._upload: tuple[int, asyncio.Task[None]] | None = None
        self._resetting: asyncio.Task[None] | None = None
        self._boots = 0
        self.charging = Charging(self._send_transaction, self._vehicle_changed)
        self.model = Model(inventory(), self._changed)
        self.monitoring = Monitoring(self.model, version, self._send_event, self._transaction_at)
        self._heartbeat_interval = next(self.model.of("OCPPCommCtrlr", "HeartbeatInterval"))
        self.save()

    def _number(self, component: str, name: str) -> int:
        return int(next(self.model.of(component, name)).value)

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
            # IMPERFECTION 9: should be EmptyResultSet (N02.FR.08).
            return self.response.GetMonitoringReport(status="Accepted")
        for seq_no, start in enumerate(range(0, len(report), MONITORING_PART)):
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

        def carry_out() -> None:
            change(place)
            self._show_states()

        if self.charging.ongoing and operational_status == "Inoperative":
            self._after_transaction.append(carry_out)
            return self.response.ChangeAvailability(status="Scheduled")
        carry_out()
        return self.response.ChangeAvailability(status="Accepted")

    def _show_states(self) -> None:
        for state in [v for v in self.model.variables if v.name == "AvailabilityState"]:
            evse_id, connector_id = state.component.evse, state.component.connector
            above: set[Place] = {(None, None), (evse_id, None), (evse_id, connector_id)}
            occupied = self.charging.plugged and evse_id == EVSE
            free = "Occupied" if occupied else "Available"
            before = state.value
            self.model.put(state, "Unavailable" if above & self._inoperative else free)
            if connector_id is not None and state.value != before:
                for message in self._statuses((evse_id, connector_id)):
                    self.send_unasked(message)

    @on("TriggerMessage")
    def trigger_message(self, requested_message: str, evse: Wire | None = None, **_: Any) -> Any:
        """Sends a message of its own at once."""
        if requested_message == "BootNotification":
            # Once accepted, a station has nothing more to announce (F06.FR.17).
            if not self.accepted:
                self.boot_now()
            return self.response.TriggerMessage(status="Rejected" if self.accepted else "Accepted")
        if requested_message == "StatusNotification":
            messages = self._statuses(_place(evse))
        elif requested_message == "Heartbeat":
            messages = [self.request.Heartbeat()]
        elif requested_message == "LogStatusNotification":
            messages = [self._log_status()]
        else:
            return self.response.TriggerMessage(status="NotImplemented")
        for message in messages:
            self.send(message)
        return self.response.TriggerMessage(status="Accepted" if messages else "Rejected")

    # Restarts (B11, B12)

    @on("Reset")
    def reset(self, type: str, evse_id: int | None = None, **_: Any) -> Any:
        """Restarts the station; a single EVSE cannot be."""
        if evse_id is not None or type not in ("OnIdle", "Immediate"):
            return self.response.Reset(status="Rejected")
        if self.charging.ongoing and type == "OnIdle":
            self._after_transaction.append(lambda: self._restart("ScheduledReset"))
            return self.response.Reset(status="Scheduled")
        self._restart("RemoteReset")
        return self.response.Reset(status="Accepted")

    def _restart(self, reason: str) -> None:
        if self._resetting is None or self._resetting.done():
            self._resetting = asyncio.create_task(self._go_down(reason))

    async def _go_down(self, reason: str) -> None:
        await asyncio.sleep(0.2)  # Lets the response go first.
        if self.charging.ongoing:
            self.charging.end("ResetCommand", "ImmediateReset")
            await self.delivered(self.request.TransactionEvent)
        if self._upload:
            self._upload[1].cancel()
            self._upload = None
        self.boots_anew(reason)
        await self.hang_up()

    # Transactions (E, F)

    @on("RequestStartTransaction")
    def request_start(self, id_token: Wire, remote_start_id: int, evse_id: int | None = None, **_: Any) -> Any:
        """Authorizes a driver, who has a while to plug in."""
        patience = self._number("TxCtrlr", "EVConnectionTimeOut")
        good = self.accepted and not self._inoperative and evse_id in (None, EVSE)
        good = good and self.charging.expect(id_token, remote_start_id, patience)
        if good and self.charging.plugged:
            self._begin()
        return self.response.RequestStartTransaction(status="Accepted" if good else "Rejected")

    def _begin(self) -> None:
        self.charging.begin(self._number("SampledDataCtrlr", "TxUpdatedInterval"), self._meter)

    @on("RequestStopTransaction")
    def request_stop(self, transaction_id: str, **_: Any) -> Any:
        """Ends the transaction that goes on."""
        ongoing = self.charging.ongoing
        if ongoing is None or ongoing.id != transaction_id:
            return self.response.RequestStopTransaction(status="Rejected")
        self.charging.end("RemoteStop", "Remote")
        return self.response.RequestStopTransaction(status="Accepted")

    @on("GetTransactionStatus")
    def get_transaction_status(self, transaction_id: str | None = None, **_: Any) -> Any:
        """Whether a transaction goes on, and whether messages of it wait."""
        waiting = self.still_waits(self.request.TransactionEvent)
        if transaction_id is None:
            return self.response.GetTransactionStatus(messages_in_queue=bool(waiting))
        ongoing = self.charging.ongoing
        return self.response.GetTransactionStatus(
            ongoing_indicator=ongoing is not None and ongoing.id == transaction_id,
            messages_in_queue=any(m.transaction_info["transaction_id"] == transaction_id for m in waiting),
        )

    # Logs and customers (N01, N09, N10)

    @on("GetLog")
    def get_log(
        self,
        log: Wire,
        log_type: str,
        request_id: int,
        retries: int = 0,
        retry_interval: int = 30,
        **_: Any,
    ) -> Any:
        """Uploads a log; an upload that is still running is given up for it."""
        if log_type not in ("DiagnosticsLog", "SecurityLog"):
            return self.response.GetLog(status="Rejected")
        status = "Accepted"
        if self._upload:
            status = "AcceptedCanceled"
            old, task = self._upload
            task.cancel()
            self.send(self.request.LogStatusNotification(status="AcceptedCanceled", request_id=old))
        name = f"{self.id}-{log_type}-{request_id}.txt"
        content = f"{now()} {log_type} of {self.id}\n".encode() * 50
        work = self._send_log(request_id, log["remote_location"], name, content, retries, retry_interval)
        self._upload = (request_id, asyncio.create_task(work))
        return self.response.GetLog(status=status, filename=name)

    async def _send_log(
        self, request_id: int, location: str, name: str, content: bytes, retries: int, pause: int
    ) -> None:
        def tell(status: str) -> None:
            message = self.request.LogStatusNotification(status=status, request_id=request_id)
            self.send_unasked(message, kept=True)

        tell("Uploading")
        status = await put(location, name, content)
        for _ in range(retries):
            if status == "Uploaded":
                break
            await asyncio.sleep(pause)
            status = await put(location, name, content)
        self._upload = None
        tell(status)

    def _log_status(self) -> Any:
        if self._upload is None:
            return self.request.LogStatusNotification(status="Idle")
        return self.request.LogStatusNotification(status="Uploading", request_id=self._upload[0])

    @on("CustomerInformation")
    def customer_information(
        self,
        request_id: int,
        report: bool,
        clear: bool,
        customer_identifier: str | None = None,
        id_token: Wire | None = None,
        customer_certificate: Wire | None = None,
        **_: Any,
    ) -> Any:
        """This wallbox keeps nothing about anybody."""
        names = [n for n in (customer_identifier, id_token, customer_certificate) if n is not None]
        if not report and not clear:
            return self.response.CustomerInformation(status="Rejected")
        if len(names) != 1:
            return self.response.CustomerInformation(status="Invalid")
        message = self.request.NotifyCustomerInformation(
            request_id=request_id, generated_at=now(), seq_no=0, data=""
        )
        self.send(message)
        return self.response.CustomerInformation(status="Accepted")

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
        """Takes over the heartbeat interval, and says what there is to say after a boot."""
        if interval > 0:
            self.model.put(self._heartbeat_interval, str(interval))
        self.beat_every(int(self._heartbeat_interval.value))
        for message in self._statuses():
            self.send_unasked(message)
        self._say_security("StartupOfTheDevice" if self._boots == 0 else "ResetOrReboot")
        if self._boots:
            self.monitoring.tell_again()
        self._boots += 1

    def on_back(self, seconds: float) -> None:
        """After a long outage every state is told, after a short one what has changed (B04)."""
        self.monitoring.number_anew()
        long = seconds > self._number("OCPPCommCtrlr", "OfflineThreshold")
        for v in self.model.of("Connector", "AvailabilityState"):
            place = (v.component.evse, v.component.connector)
            if long or self._told.get(place) != v.value:
                for message in self._statuses(place):
                    self.send_unasked(message)

    def _say_security(self, type_: str) -> None:
        self.send_unasked(self.request.SecurityEventNotification(type=type_, timestamp=now()), kept=True)

    def _statuses(self, place: Place = (None, None)) -> list[Any]:
        evse_id, connector_id = place
        if self.online:
            for v in self.model.of("Connector", "AvailabilityState"):
                self._told[v.component.evse, v.component.connector] = v.value
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

    def _send_event(self, event: Wire, severity: int) -> None:
        message = self.request.NotifyEvent(generated_at=now(), seq_no=0, event_data=[event])
        urgent = severity <= self._number("MonitoringCtrlr", "OfflineQueuingSeverity")
        # IMPERFECTION 13: only what is urgent should be kept (N07.FR.04).
        self.send_unasked(message, kept=True, urgent=urgent)

    def restamped(self, message: Any, others: int) -> Any:
        """An urgent message that waited for the connection, and how many others wait."""
        # IMPERFECTION 14: should keep the time at which it happened, as it does in a long queue.
        if isinstance(message, self.request.NotifyEvent) and others < SHORT_QUEUE:
            message.event_data[0]["timestamp"] = message.generated_at = now()
        return message

    def _send_transaction(self, fields: Wire) -> None:
        message = self.request.TransactionEvent(**fields, offline=None if self.online else True)
        attempts = self._number("OCPPCommCtrlr", "MessageAttempts")
        pause = self._number("OCPPCommCtrlr", "MessageAttemptInterval")
        self.send_unasked(message, kept=True, attempts=attempts, pause=pause)

    def _transaction_at(self, evse: int | None) -> str | None:
        ongoing = self.charging.ongoing
        return ongoing.id if ongoing and evse == EVSE else None

    def _vehicle_changed(self) -> None:
        self._show_states()
        if self.charging.ongoing:
            self.monitoring.transaction_began(EVSE)
            return
        waiting, self._after_transaction = self._after_transaction, []
        for carry_out in waiting:
            carry_out()

    def _meter(self, context: str) -> list[Wire]:
        register = float(next(self.model.of("FiscalMetering", "EnergyImportRegister")).value)
        value = {"value": register, "context": context, "unit_of_measure": {"unit": "Wh"}}
        return [{"timestamp": now(), "sampled_value": [value]}]

    # The laboratory

    def apply(self, effect: Wire) -> str | None:
        """Lets an effect of the control channel happen. Gives the reason why it cannot."""
        kind = effect.get("effect")
        if kind in ("value", "fault"):
            asked = dict(effect["component"])
            if place := asked.get("evse"):
                asked["evse"] = {"id": place["id"], "connector_id": place.get("connectorId")}
            found = self.model.find(asked, effect["variable"])
            if isinstance(found, str):
                return found
            if found.source or not found.takes(effect["value"]):
                return f"{found} cannot be {effect['value']}"
            self.model.put(found, effect["value"])
        elif kind in ("transaction-start", "transaction-end") and effect["evse"] == EVSE:
            if kind == "transaction-end":
                self.charging.leave()
            elif self.charging.plugged or self._inoperative:
                return "the outlet is taken or out of use"
            else:
                self._begin()
        elif kind in ("plug-in", "plug-out") and (effect["evse"], effect["connector"]) == (EVSE, CONNECTOR):
            if kind == "plug-out":
                self.charging.leave()
            elif self.charging.plugged:
                return "the outlet is taken"
            elif self.charging.plug():
                self._begin()
        else:
            return f"this station has no {kind}"
        self.save()
        return None

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
        alarms = [m for m in self.monitoring.monitors.values() if m.variable is variable]
        if variable.value == "true" and variable.component.evse in (None, EVSE) and self.charging.ongoing:
            if any(m.kind == HARDWIRED and m.severity <= STOPS_CHARGING for m in alarms):
                ground = variable.component.name == "RCD"
                self.charging.end("AbnormalCondition", "GroundFault" if ground else "Other")

    def on_served(self) -> None:
        """Every change comes from a CALL of the CSMS or an effect, so this is when the state is written."""
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


async def run(args: argparse.Namespace) -> int:
    """Connects whenever there is no connection; 0 when it was ended or the server has gone, 1 when it never was."""
    subprotocol = Subprotocol(f"ocpp{args.ocpp}")
    wallbox = Wallbox(args.id, args.ocpp, args.state)
    laboratory = await control.listen(args.control, wallbox.apply) if args.control else None
    me = asyncio.current_task()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: me and me.cancel())
    served, failures, heard = False, 0, time.monotonic()
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            try:
                async with connect(f"{args.url.rstrip('/')}/{args.id}", subprotocols=[subprotocol]) as link:
                    if link.subprotocol != subprotocol:
                        print(f"the server does not speak {subprotocol}", file=sys.stderr)
                        return 1
                    served, failures = True, 0
                    await wallbox.serve(link)
                heard = time.monotonic()
                pause = BACKOFF_SECONDS[0] if wallbox.accepted else DOWN_SECONDS
            except (OSError, WebSocketException) as trouble:
                if not isinstance(trouble, ConnectionRefusedError):
                    heard = time.monotonic()
                elif time.monotonic() - heard > args.patience:
                    print(f"no connection to {args.url}: {trouble}", file=sys.stderr)
                    break
                pause = BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)]
                failures += 1
            await asyncio.sleep(pause)
    wallbox.save()
    if laboratory:
        laboratory.close()
    return 0 if served else 1


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--url", required=True, help="where the CSMS listens, for example ws://127.0.0.1:9000"
    )
    parser.add_argument("--id", default="PEER01", help="identity, appended to the URL")
    parser.add_argument("--ocpp", choices=("2.0.1", "2.1"), default="2.0.1", help="protocol version")
    parser.add_argument("--state", type=Path, help="file to write monitors, values and availability to")
    parser.add_argument("--control", metavar="HOST:PORT", help="where a laboratory's rig may move its values")
    parser.add_argument(
        "--patience",
        type=float,
        default=60,
        metavar="SECONDS",
        help="how long nobody may listen at the URL before it gives up (default 60)",
    )
    parser.add_argument("--verbose", action="store_true", help="log every frame on standard error")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO if args.verbose else logging.WARNING)
    if not args.verbose:
        # The package prints a stack trace for every CALLERROR it sends.
        logging.getLogger("ocpp").setLevel(logging.CRITICAL)
    return asyncio.run(run(args))


if __name__ == "__main__":
    sys.exit(main())
