"""Opens a report in headless Chromium and goes, by mouse, from the first failed row to its frames.

Speaks the DevTools protocol over a pipe (file descriptors 3 and 4), with nothing but the standard library.
Usage: click_report.py CHROMIUM REPORT.html. Prints what was seen; exits with 1 and a sentence otherwise."""

import json
import os
import subprocess
import sys
import tempfile
import time

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--window-size=1250,1000", "--remote-debugging-pipe",
]


class Browser:
    def __init__(self, program: str, profile: str) -> None:
        commands, self.to = os.pipe()
        self.of, answers = os.pipe()

        def wire() -> None:
            # Copies first: 3 or 4 may be one of the ends themselves.
            copies = os.dup(commands), os.dup(answers)
            os.dup2(copies[0], 3)
            os.dup2(copies[1], 4)

        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=wire, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        self.buffer, self.count, self.session = b"", 0, None

    def ask(self, method: str, **params):
        self.count += 1
        message = {"id": self.count, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.buffer:
                more = os.read(self.of, 65536)
                if not more:
                    sys.exit("the browser went away")
                self.buffer += more
            text, self.buffer = self.buffer.split(b"\0", 1)
            answer = json.loads(text)
            if answer.get("id") == self.count:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]

    def run(self, script: str):
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in answer:
            sys.exit(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, script: str, what: str):
        for _ in range(200):
            value = self.run(script)
            if value:
                return value
            time.sleep(0.05)
        sys.exit(f"waited in vain for {what}")

    def click(self, selector: str) -> None:
        found = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null;"
            " e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
            " return [r.x + Math.min(r.width / 2, 60), r.y + r.height / 2]; })()"
        )
        if not found:
            sys.exit(f"there is no {selector} to click")
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=found[0], y=found[1], button="left", clickCount=1)


def main(program: str, report: str) -> None:
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(program, profile)
        try:
            target = browser.ask("Target.createTarget", url="file://" + os.path.abspath(report))["targetId"]
            browser.session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            browser.ask("Page.bringToFront")
            drawn = browser.wait("document.documentElement?.dataset.drawn", "the page to be drawn")
            heading = browser.run("document.querySelector('h1').textContent")
            browser.wait("!!document.querySelector('.row.v-fail')", "a failed row")
            first = browser.run("document.querySelector('.row').className")
            if "v-fail" not in first:
                sys.exit(f"the first row is no failure: {first}")
            browser.click(".row.v-fail > summary")
            browser.wait("!!document.querySelector('.row.v-fail[open] .detail .two')", "expected and observed")
            browser.click(".row.v-fail[open] .detail dd a[href*='record=']")
            frame = browser.wait(
                "(() => { const f = document.querySelector('.frame.flash'); if (!f) return null;"
                " const r = f.getBoundingClientRect();"
                " return r.top < innerHeight && r.bottom > 0 ? f.querySelector('pre').textContent : null; })()",
                "the frame to be shown",
            )
            arrows = browser.run("document.querySelectorAll('.row.v-fail[open] svg a').length")
            print(json.dumps({"drawn": int(drawn), "heading": heading, "frame": frame[:200], "arrows": arrows}))
        finally:
            browser.process.kill()
            browser.process.wait()


main(sys.argv[1], sys.argv[2])
