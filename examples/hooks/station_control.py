#!/usr/bin/env python3
"""A rig for `diagmark certify --stimulus hook:CMD`: hands each effect to a reference station.

    diagmark station --archetype ac-wallbox --connect ws://127.0.0.1:9000 --id CS001 --control 127.0.0.1:9001
    diagmark certify --archetype ac-wallbox --listen 127.0.0.1:9000 \
        --stimulus "hook:examples/hooks/station_control.py 127.0.0.1:9001"

It is started once for each effect, reads the request (one line of JSON) from standard input, and writes the answer (one
line of JSON) to standard output. The contract is spec/schemas/hook-1.json. To drive a rig of your own, replace `apply`.
"""

import json
import socket
import sys


class Cannot(Exception):
    """This rig cannot bring the effect about; nothing was changed."""


def apply(effect, address, seconds):
    """Brings the effect about: one line to the station's control channel, one line back."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), timeout=seconds) as channel:
        channel.sendall(json.dumps(effect).encode() + b"\n")
        with channel.makefile(encoding="utf-8") as lines:
            said = json.loads(lines.readline())
    if "error" in said:
        raise Cannot(said["error"])


def main():
    if len(sys.argv) != 2:
        print("give the address of the control channel, as in 127.0.0.1:9001", file=sys.stderr)
        return 2
    request = json.loads(sys.stdin.readline())
    if request["version"] != 1:
        # An answer is better than a wrong effect.
        answer = {"result": "cannot", "detail": "this rig knows version 1 of the contract only"}
    else:
        try:
            # A little less than the suite waits, so that the answer still arrives.
            apply(request["effect"], sys.argv[1], max(1, request["deadline"] - 1))
            answer = {"result": "done"}
        except Cannot as why:
            answer = {"result": "cannot", "detail": str(why)}
        except (OSError, ValueError) as why:
            answer = {"result": "failed", "detail": f"the control channel {sys.argv[1]}: {why}"}
    print(json.dumps({"version": 1, **answer}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
