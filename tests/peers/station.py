"""An independent OCPP 2.0.1 / 2.1 charging station: an ordinary, slightly imperfect AC wallbox.

It exists so that the suite meets a station that shares no code with it. See README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
import time
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

import control
from wallbox import Wallbox

DOWN_SECONDS = 1.0
"""How long a restart takes."""
BACKOFF_SECONDS = (0.2, 0.5, 1.0)
"""Pauses between attempts to connect; the last one is repeated."""


async def run(args: argparse.Namespace) -> int:
    """Connects whenever there is no connection, until the server has gone. 0: there was one, 1: there was none."""
    subprotocol = Subprotocol(f"ocpp{args.ocpp}")
    wallbox = Wallbox(args.id, args.ocpp, args.state)
    laboratory = await control.listen(args.control, wallbox.apply) if args.control else None
    me = asyncio.current_task()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: me and me.cancel())
    served, failures, heard = False, 0, time.monotonic()
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            try:
                url, headers = f"{args.url.rstrip('/')}/{args.id}", wallbox.credentials()
                async with connect(url, subprotocols=[subprotocol], additional_headers=headers) as link:
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
