"""The connection of the peer station: booting, heartbeats, and one CALL at a time.

The `ocpp` package frames, validates and answers; this adds what it leaves to its user.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
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


class Session(ChargePoint):  # type: ignore[misc]
    """The station on an open connection.

    Every CALL of its own goes through `_say`, which sends one at a time (FR.01) and never while a CALL of
    the CSMS is being answered, so that a response precedes the messages it announces (FR.05).
    """

    def __init__(self, identity: str, link: ClientConnection, version: str) -> None:
        package = PACKAGES[version]
        self.version = version
        self.request, self.response = package.call, package.call_result
        self._call, self._call_result, self._ocpp_version = self.request, self.response, version
        self._outbox: asyncio.Queue[Any] = asyncio.Queue()
        self._held: list[Any] = []
        self._silent = asyncio.Event()
        self._silent.set()
        self._accepted = asyncio.Event()
        self._retimed = asyncio.Event()
        self._retry_seconds = RETRY_SECONDS
        self._heartbeat_seconds = RETRY_SECONDS
        super().__init__(identity, link)

    # What the station supplies

    def boot_notification(self, reason: str) -> Any:
        """The BootNotification request."""
        raise AssertionError(f"{type(self).__name__} does not say how it boots: {reason}")

    def on_accepted(self, interval: int) -> None:
        """The CSMS has accepted the station and asks for this heartbeat interval, in seconds."""

    def on_served(self) -> None:
        """A CALL of the CSMS has been answered."""

    # What the station uses

    @property
    def accepted(self) -> bool:
        """Whether the CSMS has accepted the station."""
        return self._accepted.is_set()

    def beat_every(self, seconds: int) -> None:
        """Sets the time between heartbeats."""
        self._heartbeat_seconds = seconds
        self._retimed.set()

    def send(self, message: Any) -> None:
        """Sends what the CSMS asked for, in order."""
        self._outbox.put_nowait(message)

    def send_unasked(self, message: Any) -> None:
        """Sends what the CSMS did not ask for, as soon as it has accepted the station (B02.FR.02)."""
        if self.accepted:
            self._outbox.put_nowait(message)
        else:
            self._held.append(message)

    async def serve(self) -> None:
        """Announces the station and serves until the connection is closed."""
        tasks = [asyncio.create_task(self._speak()), asyncio.create_task(self._live())]
        try:
            with contextlib.suppress(ConnectionClosed):
                await self.start()
        finally:
            for task in tasks:
                task.cancel()
            for ended in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(ended, Exception):
                    raise ended

    # Inside

    async def _speak(self) -> None:
        while True:
            await self._say(await self._outbox.get())

    async def _live(self) -> None:
        while not self.accepted:
            await self._say(self.boot_notification("PowerUp"))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._accepted.wait(), self._retry_seconds)
        while True:
            self._retimed.clear()
            try:
                await asyncio.wait_for(self._retimed.wait(), self._heartbeat_seconds)
            except TimeoutError:
                await self._say(self.request.Heartbeat())

    async def _say(self, message: Any) -> None:
        await self._silent.wait()
        try:
            answer = await self.call(message)
        except ConnectionClosed:
            return
        except (TimeoutError, TypeError, OCPPError) as trouble:
            LOG.warning("no usable answer to %s: %s", type(message).__name__, trouble)
            return
        if answer is not None and isinstance(message, self.request.BootNotification):
            self._booted(answer)

    def _booted(self, answer: Any) -> None:
        if answer.status != "Accepted":
            self._retry_seconds = answer.interval or RETRY_SECONDS
        elif not self.accepted:
            self._accepted.set()
            self.on_accepted(answer.interval)
            for message in self._held:
                self.send(message)
            self._held.clear()

    async def _handle_call(self, msg: Any) -> Any:
        self._silent.clear()
        try:
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
