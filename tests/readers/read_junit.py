"""Reads junit.xml with junitparser and prints what it found: a line of totals, then a line for each case that is
neither passed nor skipped."""

import sys

from junitparser import Error, Failure, JUnitXml, Skipped


def main(path: str) -> None:
    xml = JUnitXml.fromfile(path)
    counted = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    lines = []
    for suite in xml:
        own = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        for case in suite:
            own["tests"] += 1
            for result in case.result:
                if isinstance(result, Failure):
                    own["failures"] += 1
                    lines.append(f"failure {case.classname} {result.message}")
                elif isinstance(result, Error):
                    own["errors"] += 1
                    lines.append(f"error {case.classname} {result.message}")
                elif isinstance(result, Skipped):
                    own["skipped"] += 1
        for key, value in own.items():
            if getattr(suite, key) != value:
                sys.exit(f"suite {suite.name}: {key} says {getattr(suite, key)}, there are {value}")
            counted[key] += value
    for key, value in counted.items():
        if getattr(xml, key) != value:
            sys.exit(f"the file: {key} says {getattr(xml, key)}, there are {value}")
    print(" ".join(f"{key}={value}" for key, value in counted.items()))
    print("\n".join(lines))


main(sys.argv[1])
