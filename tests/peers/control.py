"""The control channel: how a laboratory moves the values of the station.

Lines of JSON over TCP: an effect a line in, `{"ok":true}` or `{"error":"…"}` a line out.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from model import Wire

LINE_BYTES = 65536

Apply = Callable[[Wire], str | None]
"""Lets an effect happen. Gives the reason why it cannot, or None."""


async def listen(address: str, apply: Apply) -> asyncio.Server:
    """Serves rigs at HOST:PORT."""
    host, _, port = address.rpartition(":")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                if line.strip():
                    writer.write(json.dumps(_answer(line, apply)).encode() + b"\n")
                    await writer.drain()
        except (OSError, ValueError):
            pass  # The rig has gone, or its line is too long.
        finally:
            writer.close()

    return await asyncio.start_server(serve, host or "127.0.0.1", int(port), limit=LINE_BYTES)


def _answer(line: bytes, apply: Apply) -> Wire:
    try:
        effect = json.loads(line)
        trouble = apply(effect) if isinstance(effect, dict) else "the line is no object"
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        trouble = f"the line is no effect: {wrong!r}"
    return {"ok": True} if trouble is None else {"error": trouble}
