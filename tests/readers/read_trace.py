"""Holds a trace against the JSON Schema of open-ocpp-trace (given as a file) and against the rules its schema
cannot state: `raw` decodes to what the line says. Prints how many lines of each message type there are."""

import json
import sys

from jsonschema import Draft202012Validator

TYPES = {2: "CALL", 3: "CALLRESULT", 4: "CALLERROR"}


def main(trace: str, schema: str) -> None:
    with open(schema, encoding="utf-8") as file:
        validator = Draft202012Validator(json.load(file), format_checker=Draft202012Validator.FORMAT_CHECKER)
    counts = {name: 0 for name in TYPES.values()}
    with open(trace, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            record = json.loads(line)
            for error in validator.iter_errors(record):
                sys.exit(f"line {number}: {error.json_path}: {error.message}")
            extra = set(record) - set(validator.schema["properties"])
            if extra:
                sys.exit(f"line {number}: extensions outside meta: {sorted(extra)}")
            frame = json.loads(record["raw"])
            said = [record["messageType"], record.get("messageId")]
            if [TYPES[frame[0]], frame[1]] != said:
                sys.exit(f"line {number}: raw says {frame[:2]}, the line {said}")
            body = {
                "CALL": lambda: frame[2:4] == [record["action"], record["payload"]],
                "CALLRESULT": lambda: frame[2] == record["payload"],
                "CALLERROR": lambda: frame[2] == record["error"]["code"],
            }
            if not body[record["messageType"]]():
                sys.exit(f"line {number}: raw contradicts the line")
            counts[record["messageType"]] += 1
    print(" ".join(f"{name}={count}" for name, count in counts.items()))


main(sys.argv[1], sys.argv[2])
