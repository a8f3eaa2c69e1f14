"""What the station answers when it is asked for logs, and for what it knows of customers."""

from __future__ import annotations

import asyncio
from typing import Any

from ocpp.routing import on

from device import Device
from model import Wire, now
from upload import put


class Disclosure(Device):
    """A station that uploads logs and knows no customers."""

    def __init__(self, identity: str, version: str) -> None:
        super().__init__(identity, version)
        self._upload: tuple[int, asyncio.Task[None]] | None = None

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

    def log_status(self) -> Any:
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

    def give_up_upload(self) -> None:
        """Ends an upload that is still running, without a word."""
        if self._upload:
            self._upload[1].cancel()
            self._upload = None
