"""Chromium without a screen, operated as a person would: real key strokes and a real pointer, and files that are saved.

It is spoken to through a pipe (the Chrome DevTools Protocol), by Python's standard library alone.
"""

import json
import os
import shlex
import subprocess
import tempfile
import time


class Browser:
    """One page of one browser. What the page or the browser complains of is in `complaints`."""

    def __init__(self, program, downloads):
        self.profile = tempfile.TemporaryDirectory()
        to_read, self.to_browser = os.pipe()
        self.from_browser, to_write = os.pipe()
        words = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}", "about:blank",
        ]  # fmt: skip
        # The browser reads descriptor 3 and writes descriptor 4.
        call = f"exec {shlex.join(words)} 3<&{to_read} 4>&{to_write} 2>/dev/null"
        self.process = subprocess.Popen(["bash", "-c", call], pass_fds=(to_read, to_write))
        os.close(to_read)
        os.close(to_write)
        self.rest = b""
        self.count = 0
        self.session = None
        self.complaints = []
        self.loaded = 0
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")
        self.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads), session=None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        os.close(self.to_browser)
        os.close(self.from_browser)
        self.profile.cleanup()

    def ask(self, method, session=False, **parameters):
        """Sends one command and returns its answer."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if session is False and self.session:
            message["sessionId"] = self.session
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        number = self.count
        while True:
            answer = self.next()
            if answer.get("id") != number:
                continue
            if "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']}")
            return answer["result"]

    def next(self):
        """The next message; events are noted."""
        while b"\0" not in self.rest:
            more = os.read(self.from_browser, 1 << 20)
            if not more:
                raise RuntimeError("the browser ended")
            self.rest += more
        line, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(line)
        method, told = message.get("method"), message.get("params", {})
        if method == "Runtime.consoleAPICalled":
            self.complaints.append(" ".join(str(a.get("value", a)) for a in told["args"]))
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(told["exceptionDetails"].get("text")))
        elif method == "Log.entryAdded":
            self.complaints.append(f'{told["entry"]["text"]} {told["entry"].get("url", "")}')
        elif method == "Page.loadEventFired":
            self.loaded += 1
        return message

    def open(self, path):
        before = self.loaded
        self.ask("Page.navigate", url=f"file://{path}")
        while self.loaded == before:
            self.next()

    def value(self, script):
        """What an expression, or a promise of it, is on the page."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, script, seconds=20):
        end = time.monotonic() + seconds
        while not self.value(script):
            if time.monotonic() > end:
                raise RuntimeError(f"never true: {script}")
            time.sleep(0.02)

    def size(self, width, height):
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    def scheme(self, name):
        features = [{"name": "prefers-color-scheme", "value": name}]
        self.ask("Emulation.setEmulatedMedia", media="", features=features)

    KEYS = {
        "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Tab": 9, "Enter": 13, " ": 32, "End": 35,
        "Home": 36,
    }  # fmt: skip

    def key(self, name, shift=False):
        code = self.KEYS[name]
        parameters = {
            "key": name, "code": "Space" if name == " " else name, "windowsVirtualKeyCode": code,
            "modifiers": 8 if shift else 0,
        }  # fmt: skip
        text = {" ": " ", "Enter": "\r"}.get(name)
        down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        self.ask("Input.dispatchKeyEvent", **down, **parameters)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **parameters)

    def write(self, text):
        self.ask("Input.insertText", text=text)

    def pointer(self, kind, x, y, **more):
        self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, pointerType="mouse", **more)

    def middle(self, element):
        """Where an element's middle lies, brought into sight."""
        self.value(f"{element}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        return self.value(
            f"(() => {{ const b = {element}.getBoundingClientRect();"
            " return [b.left + b.width / 2, b.top + b.height / 2]; })()"
        )

    def click(self, element):
        x, y = self.middle(element)
        self.pointer("mousePressed", x, y, button="left", clickCount=1)
        self.pointer("mouseReleased", x, y, button="left", clickCount=1)

    def drag(self, element, dx, dy, steps=7):
        x, y = self.middle(element)
        self.pointer("mousePressed", x, y, button="left", buttons=1, clickCount=1)
        for step in range(1, steps + 1):
            self.pointer("mouseMoved", x + dx * step / steps, y + dy * step / steps, button="left", buttons=1)
        self.pointer("mouseReleased", x + dx, y + dy, button="left", clickCount=1)
