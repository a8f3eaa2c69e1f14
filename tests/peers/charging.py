"""Transactions of the one EVSE, as simple as they can be."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from model import Wire, now

EVSE = 1
CONNECTOR = 1


@dataclass(eq=False)
class Transaction:
    """A transaction that goes on."""

    id: str
    token: Wire | None
    remote_start_id: int | None
    seq_no: int = 0


class Charging:
    """Who is authorized, whether a vehicle is there, and the transaction.

    `tell` gets the fields of each TransactionEvent. `changed` is told when a vehicle has come or gone or a
    transaction has begun or ended.
    """

    def __init__(self, tell: Callable[[Wire], None], changed: Callable[[], None]) -> None:
        self.plugged = False
        self.ongoing: Transaction | None = None
        self._tell = tell
        self._changed = changed
        self._expected: tuple[Wire, int] | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._sampling: asyncio.Task[None] | None = None

    def expect(self, token: Wire, remote_start_id: int, seconds: int) -> bool:
        """A driver was authorized by the CSMS; a vehicle has to come within so many seconds."""
        if self.ongoing or self._expected:
            return False
        self._expected = (token, remote_start_id)
        self._patience = asyncio.get_running_loop().call_later(seconds, self._give_up)
        return True

    def _give_up(self) -> None:
        # The transaction would begin with the power path (TxStartPoint), so there is nothing to report.
        self._expected = None

    def plug(self) -> bool:
        """A vehicle is plugged in. Whether its driver has been authorized."""
        self.plugged = True
        self._changed()
        return self._expected is not None

    def begin(self, every: int, meter: Callable[[str], list[Wire]]) -> None:
        """A vehicle is plugged in, its driver authorized, and the power path closed."""
        token, remote_start_id = self._expected or (None, None)
        self._give_up()
        if self._patience:
            self._patience.cancel()
        self.plugged = True
        self.ongoing = Transaction(str(uuid.uuid4()), token, remote_start_id)
        self._changed()
        reason = "ChargingStateChanged" if remote_start_id is None else "RemoteStart"
        self._say("Started", reason, charging_state="Charging", meter_value=meter("Transaction.Begin"))
        if every > 0:
            self._sampling = asyncio.create_task(self._sample(every, meter))

    async def _sample(self, every: int, meter: Callable[[str], list[Wire]]) -> None:
        while True:
            await asyncio.sleep(every)
            value = meter("Sample.Periodic")
            self._say("Updated", "MeterValuePeriodic", charging_state="Charging", meter_value=value)

    def end(self, reason: str, stopped: str) -> None:
        """Ends the transaction, whoever wants it."""
        if self._sampling:
            self._sampling.cancel()
        state = "Idle" if stopped == "EVDisconnected" else "EVConnected"
        self._say("Ended", reason, charging_state=state, stopped_reason=stopped)
        self.ongoing = None
        self._changed()

    def leave(self) -> None:
        """The vehicle leaves."""
        self.plugged = False
        if self.ongoing:
            self.end("EVCommunicationLost", "EVDisconnected")
        else:
            self._changed()

    def _say(self, event: str, reason: str, meter_value: Any = None, **info: Any) -> None:
        one = self.ongoing
        assert one
        if one.remote_start_id is not None and event == "Started":
            info["remote_start_id"] = one.remote_start_id
        fields: Wire = {
            "event_type": event,
            "timestamp": now(),
            "trigger_reason": reason,
            "seq_no": one.seq_no,
            "transaction_info": {"transaction_id": one.id} | info,
            "evse": {"id": EVSE, "connector_id": CONNECTOR},
            "meter_value": meter_value,
            "id_token": one.token if event == "Started" else None,
        }
        one.seq_no += 1
        self._tell(fields)
