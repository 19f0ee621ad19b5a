"""An inbox, an outbox and a spool of their own, and the real daemon over them as a process."""

import io
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import cine
from disk import Disk, sync
from hook import Hook
from plan import Plan

#: The workers of a daemon that is gone must be gone within this time.
ORPHAN_SECONDS = 10.0


@dataclass(frozen=True)
class Tools:
    """What all worlds share."""

    program: str
    shim: str
    folder: str
    #: A folder on another file system, or none.
    elsewhere: str | None
    #: The program of an earlier version, or none.
    older: str | None = None
    #: The program of share.c, or none.
    share: str | None = None
    #: Worlds that were not removed, by their identity: a fault of the harness leaves one behind.
    worlds: "dict[int, World]" = field(default_factory=dict)


@dataclass
class Drop:
    """A file that was dropped, and what is to come of it."""

    file: cine.File
    #: As the checker reads it.
    status: str | None = "measured"

    @property
    def study(self) -> str:
        return self.file.study

    @property
    def instance(self) -> str:
        return self.file.instance

    @property
    def sha256(self) -> str:
        return self.file.sha256


@dataclass
class World:
    tools: Tools
    settings: dict = field(default_factory=dict)
    is_far: bool = False
    #: What outbox and spool lie on, and the inbox; none: the folder of all worlds.
    disk: Disk | None = None
    inbox_disk: Disk | None = None
    #: Whoever drops files syncs them.
    syncs: bool = False
    drops: list[Drop] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    crashes: int = 0
    #: Daemons that were started.
    lives: int = 0
    hook: Hook | None = None
    _process: subprocess.Popen | None = None
    _names: int = 0

    def __post_init__(self):
        self.tools.worlds[id(self)] = self
        self.root = Path(tempfile.mkdtemp(prefix="world-", dir=self.tools.folder))
        self.far = Path(tempfile.mkdtemp(prefix="torture-", dir=self.tools.elsewhere)) if self.is_far else None
        base = self.disk.path if self.disk else self.root
        self.inbox = (self.inbox_disk.path if self.inbox_disk else self.far or base) / "in"
        self.outbox, self.spool, self.log = base / "out", base / "spool", self.root / "log"
        for folder in (self.inbox, self.outbox, self.spool):
            folder.mkdir()
            if self.disk:
                sync(folder.parent)
        model, card = cine.network()
        (self.root / "grey.onnx").write_bytes(model)
        (self.root / "grey.json").write_bytes(card)
        self.log.touch()
        self.plan = Plan(self.root / "plan")
        self.configuration = self.root / "hinged.conf"
        self.write_configuration()

    def write_configuration(self, **changes) -> None:
        self.settings = {
            "inbox": self.inbox, "outbox": self.outbox, "spool": self.spool, "scan_seconds": 0.1, "quiet_seconds": 0.3,
            "min_free_mb": 0, "width": 2, "threads": 1, "attempts": 1000, "model": self.root / "grey.onnx",
        } | self.settings | changes  # fmt: skip
        text = "".join(f"{key} = {value}\n" for key, value in self.settings.items() if value is not None)
        self.configuration.write_text(text)

    def have_hook(self, source: random.Random) -> None:
        """Before the first daemon starts."""
        self.hook = Hook(self.root / "hook", self.outbox, source)
        self.write_configuration(on_published=self.hook.command)

    # What goes in.

    def drop(self, files: list[cine.File], status: str | None = "measured", folder: str | None = None) -> None:
        """Whole, by one rename."""
        self._names += 1
        name = folder or f"d{self._names}"
        hidden = self.inbox / f".{name}"
        hidden.mkdir()
        for index, file in enumerate(files):
            (hidden / f"IM{index}").write_bytes(file.content)
            self.drops.append(Drop(file, status))
        hidden.rename(self.inbox / name)
        if self.syncs:
            for path in [*(self.inbox / name).iterdir(), self.inbox / name, self.inbox]:
                sync(path)

    def study(self, number: int, clips: int = 1, status: str | None = "measured") -> str:
        uid = f"1.2.{number}"
        self.drop([cine.loop(uid, index, number * 16 + index) for index in range(1, clips + 1)], status)
        return uid

    def boxed_study(self, number: int, clips: int) -> None:
        """A study in an archive, by one rename."""
        uid = f"1.2.{number}"
        files = [cine.loop(uid, index, number * 16 + index) for index in range(1, clips + 1)]
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for index, file in enumerate(files):
                archive.writestr(f"study/IM{index}", file.content)
        self.drops += [Drop(file) for file in files]
        self.drop([cine.File(uid, "", content.getvalue())], status=None)

    # The daemon.

    def start(self, launcher: list[str] | None = None, program: str | None = None, **environment: str) -> None:
        if self.is_running:
            raise RuntimeError("one daemon of this world runs already")
        self.lives += 1
        variables = {
            "LD_PRELOAD": self.tools.shim, "TORTURE_PLAN": str(self.plan.path),
            "TORTURE_PLACES": f"{self.inbox}:{self.spool}:{self.outbox}",
        }  # fmt: skip
        words = (launcher or []) + [program or self.tools.program, "run", "--config", str(self.configuration)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env=os.environ | variables | environment,
            )  # fmt: skip

    def keep_running(self) -> None:
        """Starts it where it does not run, and notes how the one before it ended."""
        if not self.is_running:
            self.kill()
            self.start()

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def command(self, *words: str, program: str | None = None) -> subprocess.CompletedProcess:
        """Another command of the program, as an operator gives it while the daemon runs or does not."""
        return subprocess.run(
            [program or self.tools.program, *words, "--config", str(self.configuration)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def signal(self, number: int) -> None:
        if self.is_running:
            os.kill(self.pid, number)

    def kill(self, group: bool = False) -> None:
        """Without warning; `group` takes the decode workers with it."""
        if not self._process:
            return
        workers = children(self.pid)
        if self.is_running:
            os.killpg(self.pid, signal.SIGKILL) if group else os.kill(self.pid, signal.SIGKILL)
        status, self._process = self._process.wait(), None
        self.note_end(status, {-signal.SIGKILL})
        if not until(lambda: not any(is_decoding(pid) for pid in workers), ORPHAN_SECONDS):
            self.problems.append("a decode worker outlived its daemon")

    def stop(self, seconds: float = 120) -> int:
        """Asks it to end, and gives the exit status."""
        if not self._process:
            return 0
        self.signal(signal.SIGTERM)
        try:
            status = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.problems.append("it did not end when asked to")
            self.kill()
            return -signal.SIGKILL
        self._process = None
        self.note_end(status, {-signal.SIGTERM})
        return status

    def note_end(self, status: int, expected: set[int]) -> None:
        """A signal that nobody sent is a crash."""
        if status < 0 and status not in expected:
            self.crashes += 1
            self.problems.append(f"the daemon died of signal {-status}")

    # What is seen of it.

    def log_from(self, offset: int) -> str:
        with self.log.open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")

    @property
    def log_size(self) -> int:
        return self.log.stat().st_size

    def wait_for_log(self, text: str, offset: int, seconds: float) -> bool:
        until(lambda: text in self.log_from(offset) or not self.is_running, seconds)
        return text in self.log_from(offset)

    def remove(self) -> None:
        self.tools.worlds.pop(id(self), None)
        self.kill(group=True)
        for disk in (self.disk, self.inbox_disk):
            if disk:
                disk.remove()
        for folder in (self.root, self.far):
            if folder:
                shutil.rmtree(folder, ignore_errors=True)


def until(condition, seconds: float, pause: float = 0.01) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(word) for word in task.read_text().split()]
        except OSError:
            continue
    return found


def is_decoding(pid: int) -> bool:
    """Whether the process is a decode worker that runs; one that nobody has waited for yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        return state != "Z" and b"decode-worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
