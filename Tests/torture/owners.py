"""Two daemons want one spool: on one host, and on two that share a folder but no locks."""

import os
import random
import signal
import subprocess
import time
import uuid
from pathlib import Path

import journal
import kills
from checker import Checker
from tally import Trial, finish, is_at_rest
from world import Tools, World, until

CAMPAIGN = "two owners"
#: SpoolTakeover.leaseSeconds and some looks.
LEASE_SECONDS = 40


def run(tools: Tools, tally: Trial, source: random.Random, is_over) -> None:
    if os.geteuid():
        return
    world = World(tools)
    checker = Checker(world)
    world.study(tally.next("study"))
    second = Second(world)
    for trial in (same_namespaces, other_namespaces, other_host):
        trial(world, second, tally)
    if not is_over():
        suspended(world, second, tally, source)
    second.kill()
    finish(world, checker, tally, CAMPAIGN, "all")


class Second:
    """Another daemon on the same folders, with a log of its own."""

    def __init__(self, world: World):
        self.world, self.log = world, world.root / "log2"
        self.boot = world.root / "boot"
        self.boot.write_text(f"{uuid.uuid4()}\n")
        self._process: subprocess.Popen | None = None

    def start(self, *launcher: str, **environment: str) -> None:
        words = [*launcher, self.world.tools.program, "run", "--config", str(self.world.configuration)]
        self.log.write_bytes(b"")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ | environment
            )

    def start_on_another_host(self) -> None:
        """Names, processes and the kernel's start are another host's, and its kernel sees no locks of this one."""
        begin = f'hostname elsewhere; mount --bind {self.boot} /proc/sys/kernel/random/boot_id; exec "$@"'
        self.start(
            "unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", begin, "sh",
            LD_PRELOAD=self.world.tools.shim, TORTURE_NO_FLOCK="1",
        )  # fmt: skip

    @property
    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def is_refused(self, seconds: float) -> bool:
        if not until(lambda: self._process.poll() is not None, seconds):
            self.kill()
            return False
        return self._process.returncode == 1 and "is in use by process" in self.text

    def watches(self, seconds: float) -> bool:
        return until(lambda: "watches the inbox" in self.text or self._process.poll() is not None, seconds) and (
            "watches the inbox" in self.text
        )

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            pids = descendants(self._process.pid)
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            self._process.wait()
            # One in a namespace of its own holds its locks a moment longer.
            until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), 10)


def descendants(pid: int) -> list[int]:
    """Deepest first."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            found += descendants(int(child))
    return [*found, pid]


def begin(world: World, **environment: str) -> None:
    offset = world.log_size
    world.start(**environment)
    if not world.wait_for_log("watches the inbox", offset, 120):
        world.problems.append("the first daemon did not start")


def same_namespaces(world: World, second: Second, tally: Trial) -> None:
    begin(world)
    second.start()
    expect(world, second.is_refused(60), "a second daemon on this host was not refused", second)
    tally.add(CAMPAIGN, "on this host", times=1)
    world.kill()


def other_namespaces(world: World, second: Second, tally: Trial) -> None:
    """A mount and a process namespace of its own, as in another container."""
    begin(world)
    second.start("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
    expect(world, second.is_refused(60), "a second daemon in namespaces of its own was not refused", second)
    world.kill()
    # Killed, and so it is free at once.
    second.start("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
    began = time.monotonic()
    is_there = second.watches(60)
    tally.figure("taken from a killed daemon on this host, seconds", round(time.monotonic() - began, 1))
    expect(world, is_there, "the spool of a killed daemon was not taken", second)
    second.kill()
    tally.add(CAMPAIGN, "in other namespaces", times=2)


def other_host(world: World, second: Second, tally: Trial) -> None:
    """Nothing but the lock file's renewals tells of the other one."""
    begin(world)
    second.start_on_another_host()
    expect(world, second.is_refused(LEASE_SECONDS), "a daemon on another host was not refused", second)
    world.kill()
    second.start_on_another_host()
    began = time.monotonic()
    is_there = second.watches(2 * LEASE_SECONDS)
    tally.figure("taken from a killed daemon on another host, seconds", round(time.monotonic() - began, 1))
    expect(world, is_there, "the spool of a killed daemon on another host was not taken", second)
    second.kill()
    tally.add(CAMPAIGN, "on another host", times=2)


def suspended(world: World, second: Second, tally: Trial, source: random.Random) -> None:
    """The owner stands still in the middle of a study, another host takes over, and the first one wakes up."""
    world.study(tally.next("study"), clips=2)
    point = source.choice((
        "claiming", "taken", "started", "inference", "staged", "publishing", "renamed", "published", "book-written",
        "book-named",
    ))  # fmt: skip
    if point in kills.BOOK_POINTS:
        # A daemon that took the spool over has brought into a book what was settled before.
        begin(world)
        until(lambda: is_at_rest(world) and journal.has_settled(world.spool / "journal"), 60)
        world.kill()
        journal.lengthen(world.spool / "journal")
    world.start(HINGED_PAUSE_AT=f"{point}:1")
    is_there = until(lambda: f"at={point}" in world.log_from(0), 60)
    expect(world, is_there, f"{point} was not reached", second)
    world.signal(signal.SIGSTOP)
    second.start_on_another_host()
    expect(world, second.watches(3 * LEASE_SECONDS), "the spool of a suspended daemon was not taken", second)
    time.sleep(source.uniform(0, 3))
    world.signal(signal.SIGCONT)
    gone = until(lambda: not world.is_running, 60)
    expect(world, gone, f"a daemon that lost its spool at {point} went on", second)
    expect(world, "leaving at once" in world.log_from(0), "it did not say why it left", second)
    tally.add(CAMPAIGN, "suspended owner", times=1)
    second.kill()


def expect(world: World, is_true: bool, sentence: str, second: Second) -> None:
    if not is_true:
        world.problems.append(f"{sentence}: {second.text[-300:]}")
