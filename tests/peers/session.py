"""The connections of the peer station: booting, heartbeats, one CALL at a time, and what waits to be sent.

The `ocpp` package frames, validates and answers; this adds what it leaves to its user.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from typing import Any

from ocpp import v21, v201
from ocpp.charge_point import ChargePoint
from ocpp.exceptions import FormatViolationError, NotImplementedError, NotSupportedError, OCPPError
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

LOG = logging.getLogger("peer")
PACKAGES: dict[str, Any] = {"2.0.1": v201, "2.1": v21}
RETRY_SECONDS = 30
"""Time until the next BootNotification where the CSMS leaves it open (B02.FR.07)."""
ANSWER_SECONDS = 10
"""How long an answer of the CSMS is waited for."""


@dataclass(eq=False)
class Waiting:
    """A message that waits to be sent."""

    message: Any
    asked: bool = False
    """The CSMS asked for it, so it may go before the boot is accepted, and makes no sense after an outage."""
    kept: bool = False
    """It is delivered after an outage."""
    urgent: bool = False
    """It is severe enough to be queued."""
    attempts: int = 1
    """How often it is sent while it is refused or left unanswered."""
    pause: float = 0
    """Seconds before the second attempt; before the third twice as long, and so on (E13.FR.03)."""
    tried: int = 0
    due: float = 0
    """When it may be sent, on the monotonic clock."""


class Session(ChargePoint):  # type: ignore[misc]
    """The station, on one connection after the other.

    Every CALL of its own goes through `_say`, which sends one at a time (FR.01) and never while a CALL of
    the CSMS is being answered, so that a response precedes the messages it announces (FR.05).
    """

    def __init__(self, identity: str, version: str) -> None:
        package = PACKAGES[version]
        self.version = version
        self.request, self.response = package.call, package.call_result
        self._call, self._call_result, self._ocpp_version = self.request, self.response, version
        self.accepted = False
        """Whether the CSMS has accepted the boot."""
        self.online = False
        self._waiting: list[Waiting] = []
        self._stirred = asyncio.Event()
        self._silent = asyncio.Event()
        self._booting = asyncio.Event()
        self._retimed = asyncio.Event()
        self._boot_reason = "PowerUp"
        self._retry_seconds = RETRY_SECONDS
        self._heartbeat_seconds = RETRY_SECONDS
        self._lost: float | None = None
        super().__init__(identity, None, response_timeout=ANSWER_SECONDS)

    # What the station supplies

    def boot_notification(self, reason: str) -> Any:
        """The BootNotification request."""
        raise AssertionError(f"{type(self).__name__} does not say how it boots: {reason}")

    def on_accepted(self, interval: int) -> None:
        """The CSMS has accepted the station and asks for this heartbeat interval, in seconds."""

    def on_back(self, seconds: float) -> None:
        """The connection is there again after so many seconds, without a boot."""

    def on_served(self) -> None:
        """A CALL of the CSMS has been answered."""

    def restamped(self, message: Any, others: int) -> Any:
        """An urgent message that waited for the connection with some others, as it is sent."""
        return message

    # What the station uses

    def beat_every(self, seconds: int) -> None:
        """Sets the time between heartbeats."""
        self._heartbeat_seconds = seconds
        self._retimed.set()

    def send(self, message: Any) -> None:
        """Sends what the CSMS asked for, in order."""
        if self.online:
            self._put(Waiting(message, asked=True))

    def send_unasked(self, message: Any, **how: Any) -> None:
        """Sends what the CSMS did not ask for, as soon as it has accepted the station (B02.FR.02)."""
        waiting = Waiting(message, **how)
        # What arises before the boot is accepted is sent after it, whatever it is.
        if self.online or waiting.kept:
            self._put(waiting)

    def still_waits(self, kind: type) -> list[Any]:
        """The messages of a kind that have not been delivered."""
        return [w.message for w in self._waiting if isinstance(w.message, kind)]

    def boots_anew(self, reason: str) -> None:
        """The station was restarted; the next connection begins with a boot."""
        self.accepted = False
        self._boot_reason = reason
        self._lost = None

    async def delivered(self, kind: type) -> None:
        """Waits a little until the messages of a kind have been answered."""
        for _ in range(50):
            if not self.online or not self.still_waits(kind):
                return
            await asyncio.sleep(0.1)

    async def hang_up(self) -> None:
        """Ends the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def serve(self, link: ClientConnection) -> None:
        """Serves until the connection ends."""
        self._connection = link
        self._response_queue, self._call_lock = asyncio.Queue(), asyncio.Lock()
        self._silent.set()
        self.online = True
        if self.accepted and self._lost is not None:
            self.on_back(time.monotonic() - self._lost)
        tasks = [asyncio.create_task(part()) for part in (self._speak, self._live)]
        try:
            with contextlib.suppress(ConnectionClosed):
                await self.start()
        finally:
            self.online, self._lost = False, time.monotonic()
            for task in tasks:
                task.cancel()
            self._waiting = [w for w in self._waiting if w.kept]
            for ended in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(ended, Exception):
                    raise ended

    # Inside

    def _put(self, waiting: Waiting) -> None:
        self._waiting.append(waiting)
        self._stirred.set()

    async def _speak(self) -> None:
        delayed = list(self._waiting)
        while True:
            self._stirred.clear()
            entry = self._next()
            if entry is None or (left := entry.due - time.monotonic()) > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stirred.wait(), None if entry is None else left)
                continue
            if entry.urgent and entry in delayed and not entry.tried:
                entry.message = self.restamped(entry.message, len(delayed) - 1)
            # It leaves the queue only with its answer: what was sent into a dead connection was not delivered.
            answered = await self._say(entry.message)
            entry.tried += 1
            if answered is not None or entry.tried >= entry.attempts:
                self._waiting.remove(entry)
            else:
                entry.due = time.monotonic() + entry.pause * entry.tried

    def _next(self) -> Waiting | None:
        """What is due now, else what is due first. Messages of a kind keep their order."""
        first: dict[type, Waiting] = {}
        for entry in self._waiting:
            if entry.asked or self.accepted:
                first.setdefault(type(entry.message), entry)
        allowed = [w for w in self._waiting if first.get(type(w.message)) is w]
        ready = [w for w in allowed if w.due <= time.monotonic()]
        return ready[0] if ready else min(allowed, key=lambda w: w.due, default=None)

    async def _live(self) -> None:
        while not self.accepted:
            self._booting.clear()
            answer = await self._say(self.boot_notification(self._boot_reason))
            if answer:
                self._booted(answer)
            if not self.accepted:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._booting.wait(), self._retry_seconds)
        while True:
            self._retimed.clear()
            try:
                await asyncio.wait_for(self._retimed.wait(), self._heartbeat_seconds)
            except TimeoutError:
                await self._say(self.request.Heartbeat())

    def boot_now(self) -> None:
        """Repeats the BootNotification at once (F06.FR.17 allows it while the boot is not accepted)."""
        self._booting.set()

    async def _say(self, message: Any) -> Any:
        """Sends a CALL. Gives the answer, or None if there was no usable one."""
        await self._silent.wait()
        try:
            return await self.call(message)
        except ConnectionClosed:
            # What follows is up to the reader, which ends this task.
            await asyncio.sleep(ANSWER_SECONDS)
        except (TimeoutError, TypeError, OCPPError) as trouble:
            LOG.warning("no usable answer to %s: %s", type(message).__name__, trouble)
        return None

    def _booted(self, answer: Any) -> None:
        if answer.status != "Accepted":
            self._retry_seconds = answer.interval or RETRY_SECONDS
            return
        self.accepted = True
        self._boot_reason = "PowerUp"
        self.on_accepted(answer.interval)
        self._stirred.set()

    async def route_message(self, raw_msg: Any) -> None:
        """Reads one frame. Nothing in it may end the station."""
        try:
            await super().route_message(raw_msg)
        except ConnectionClosed:
            raise
        except Exception as trouble:
            LOG.warning("a frame that makes no sense is ignored: %r", trouble)

    async def _handle_call(self, msg: Any) -> Any:
        self._silent.clear()
        try:
            if not isinstance(msg.unique_id, str):
                raise TypeError("the message id is no string")
            if not isinstance(msg.action, str):
                raise FormatViolationError("the action is not a string")
            if msg.action not in self.route_map:
                # The package itself leaves these without an answer in 2.1, and mixes up the two errors.
                if hasattr(self.request, msg.action):
                    raise NotSupportedError(f"this station does not serve {msg.action}")
                raise NotImplementedError("no such action is known")
            return await super()._handle_call(msg)
        finally:
            self._silent.set()
            self.on_served()
