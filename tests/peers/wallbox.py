"""The wallbox: its states, restarts and transactions, and what it says of its own accord."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ocpp.routing import on

from charging import CONNECTOR, EVSE, Charging
from disclosure import Disclosure
from inventory import inventory
from model import Model, Variable, Wire, now
from monitoring import HARDWIRED, Monitoring

SHORT_QUEUE = 40
"""A queue of fewer messages is held in memory, a longer one in flash."""
STOPS_CHARGING = 3
"""A hardwired alarm of this severity or a worse one ends the transaction."""

Place = tuple[int | None, int | None]
"""EVSE and connector; both absent for the station itself."""


class Wallbox(Disclosure):
    """What the station answers, and what it reports of its own accord."""

    def __init__(self, identity: str, version: str, state: Path | None) -> None:
        super().__init__(identity, version)
        self._state = state
        self._inoperative: set[Place] = set()
        self._told: dict[Place, str] = {}
        self._after_transaction: list[Callable[[], None]] = []
        self._resetting: asyncio.Task[None] | None = None
        self._boots = 0
        self.charging = Charging(self._send_transaction, self._vehicle_changed)
        self.model = Model(inventory(), self._changed)
        self.monitoring = Monitoring(self.model, version, self._send_event, self._transaction_at)
        self._heartbeat_interval = next(self.model.of("OCPPCommCtrlr", "HeartbeatInterval"))
        self.save()

    def _number(self, component: str, name: str) -> int:
        return int(next(self.model.of(component, name)).value)

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
            messages = [self.log_status()]
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
        self.give_up_upload()
        self.boots_anew(reason)
        await self.hang_up()

    # Transactions (E, F)

    @on("RequestStartTransaction")
    def request_start(
        self, id_token: Wire, remote_start_id: int, evse_id: int | None = None, **_: Any
    ) -> Any:
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

    def credentials(self) -> dict[str, str]:
        """The headers with which it logs in; none before it was given a password."""
        password = next(self.model.of("SecurityCtrlr", "BasicAuthPassword")).value
        login = base64.b64encode(f"{self.id}:{password}".encode()).decode()
        return {"Authorization": f"Basic {login}"} if password else {}

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
