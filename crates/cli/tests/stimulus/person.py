"""A person at a terminal, for the tests: runs a command on a pseudo-terminal and types an answer to each question.

    person.py ANSWER,ANSWER,… COMMAND [ARGUMENT…]

Prints what the terminal showed, and ends with the command's exit code.
"""

import os
import pty
import select
import sys

QUESTION = b"abort the run > "


def main():
    answers = sys.argv[1].split(",")
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    shown, asked = b"", 0
    while True:
        ready, _, _ = select.select([terminal], [], [], 60)
        try:
            more = os.read(terminal, 4096) if ready else b""
        except OSError:
            # The other end is closed.
            more = b""
        if not more:
            break
        shown += more
        while shown.count(QUESTION) > asked and answers:
            asked += 1
            os.write(terminal, answers.pop(0).encode() + b"\n")
    os.close(terminal)
    sys.stdout.buffer.write(shown)
    sys.stdout.flush()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    sys.exit(main())
