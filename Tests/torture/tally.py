"""What was done to the daemon, how often, and what came of it."""

import json
import random
import subprocess
import threading
import time
from pathlib import Path

from checker import Checker, Scene, Verdict, keeps_inputs, leaves_inputs
from result import files_below, instances, latest
from world import World, until

COLUMNS = ("times", "lost", "doubled", "half_published", "crashed", "hung")
#: After the last fault everything must be at its end within this time, on however busy a machine.
END_SECONDS = 300


class Tally:
    """Counts by campaign and fault, kept in a file so that another run goes on with them. For many threads."""

    def __init__(self, path: Path, seed: int, resumes: bool):
        self._path, self._lock = path, threading.Lock()
        self.content = {
            "seed": seed,
            "seconds": 0,
            "rounds": 0,
            "rows": {},
            "problems": [],
            "figures": {},
            "places": {},
        }
        if resumes and path.exists():
            self.content = json.loads(path.read_text())
        self._began = time.monotonic() - self.content["seconds"]

    def add(self, campaign: str, fault: str, **counts: int) -> None:
        with self._lock:
            row = self.content["rows"].setdefault(f"{campaign}: {fault}", dict.fromkeys(COLUMNS, 0))
            for name, count in counts.items():
                row[name] += count

    def skip(self, name: str, why: str) -> None:
        """Said once, at the end."""
        self.figure(f"skipped, {name}", why)

    def figure(self, name: str, value) -> None:
        with self._lock:
            self.content["figures"][name] = value

    def next(self, name: str, step: int = 1) -> int:
        """Counts up over all runs: each trial of a campaign has a number of its own."""
        with self._lock:
            value = self.content["places"].get(name, 0)
            self.content["places"][name] = value + step
            return value

    def settle(self, world: World, campaign: str, fault: str, verdict: Verdict, command: str) -> None:
        """A world is at its end. `command` tries the same again."""
        self.add(
            campaign, fault, lost=len(verdict.lost), doubled=len(verdict.doubled), half_published=len(verdict.half),
            crashed=world.crashes, hung=len(world.problems) - world.crashes,
        )  # fmt: skip
        with self._lock:
            faults = [f"{campaign}: {sentence}" for sentence in verdict.sentences + world.problems]
            self.content["problems"] += [f"{sentence} ({command})" for sentence in faults[:20]]
            if faults:
                keep = self._path.parent / f"failed-{campaign.replace(' ', '-')}-{len(self.content['problems'])}"
                keep.mkdir(parents=True, exist_ok=True)
                (keep / "log").write_bytes(world.log.read_bytes())
                (keep / "problems").write_text("\n".join(faults) + "\n")
                (keep / "command").write_text(command + "\n")
                journal = world.spool / "journal"
                if journal.exists():
                    (keep / "journal").write_bytes(journal.read_bytes())

    def save(self) -> None:
        with self._lock:
            self.content["seconds"] = round(time.monotonic() - self._began)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps(self.content, indent=1) + "\n")

    def sums(self, campaigns: tuple[str, ...] | None = None) -> dict[str, int]:
        rows = [row for name, row in self.content["rows"].items() if not campaigns or name.split(":")[0] in campaigns]
        return {column: sum(row[column] for row in rows) for column in COLUMNS}

    def table(self) -> str:
        rows = sorted(self.content["rows"].items()) + [("all", self.sums())]
        width = max(len(name) for name, _ in rows)
        lines = ["  ".join(["fault".ljust(width)] + [column.replace("_", " ").rjust(9) for column in COLUMNS])]
        lines += [
            "  ".join([name.ljust(width)] + [str(row[c]).rjust(max(9, len(c))) for c in COLUMNS]) for name, row in rows
        ]
        return "\n".join(lines)


class Trial:
    """What is done to one world. All of it follows from seed, campaign and number: times, choices and faults. What the
    machine does between them does not."""

    #: A trial goes on with a walk over all cases where the one before it is expected to end.
    STRIDES = {"case": 14, "point": 7, "box point": 1, "order": 1, "flood": 1, "form": 1}

    def __init__(self, tally: Tally, seed: str, campaign: str, number: int):
        self.campaign, self.name = campaign, f"{seed}:{campaign}-{number}"
        self.source = random.Random(self.name)
        self._tally = tally
        self._next = {walk: number * stride for walk, stride in self.STRIDES.items()}
        self.add, self.figure, self.skip = tally.add, tally.figure, tally.skip

    @property
    def command(self) -> str:
        return f"scripts/torture --replay {self.name}"

    def next(self, name: str) -> int:
        """Counts up: names of studies, cases of a walk."""
        value = self._next.get(name, 1)
        self._next[name] = value + 1
        return value

    def rounds(self, count: int):
        """A source of chance for each, so that how long one took changes nothing in the next."""
        for number in range(count):
            yield random.Random(f"{self.name}-{number}")

    def settle(self, world: World, campaign: str, fault: str, verdict: Verdict) -> None:
        self._tally.settle(world, campaign, fault, verdict, self.command)


def is_at_rest(scene: Scene) -> bool:
    """Everything that was dropped is where it ends, as far as folders tell."""
    if files_below(scene.spool / "claimed"):
        return False
    if leaves_inputs(scene):
        return is_told_of(scene)
    if not keeps_inputs(scene):
        return is_told_of(scene) and not files_below(scene.inbox)
    ends = [path for place in ("done", "quarantine") for path in files_below(scene.spool / place)]
    return sum(path.name != "reason.json" for path in ends) >= len(scene.drops)


def is_told_of(scene: Scene) -> bool:
    """The last revision of each study tells of every instance that was dropped. One that may end in quarantine is
    not waited for."""
    wanted: dict[str, set[str]] = {}
    for drop in scene.drops:
        if drop.status:
            wanted.setdefault(drop.study, set()).add(drop.instance)
    last = latest(scene.outbox)
    return all(study in last and uids <= instances(last[study]) for study, uids in wanted.items())


def finish(
    world: World, checker: Checker, tally: Trial, campaign: str, fault: str, share: Path | None = None, more=None
) -> None:
    """The faults are over: a daemon that is left alone brings everything to its end, and is then judged. `share` is
    what the inbox is a mount of; `more` gives further faults when the last daemon has ended."""
    world.plan["active"] = world.plan["clock_offset_ms"] = world.plan["overflows"] = 0
    world.kill()
    offset = world.log_size
    world.start()
    world.wait_for_log("watches the inbox", offset, END_SECONDS)
    if not until(lambda: is_at_rest(world), END_SECONDS, 0.05):
        world.problems.append("not everything came to its end")
    if world.hook:
        until(world.hook.is_content, END_SECONDS, 0.05)
    status = world.stop()
    if status not in (0, -9):
        world.problems.append(f"the last daemon ended with {status}")
    if world.hook:
        tally.add("hook", "called", times=world.hook.calls)
        world.problems += world.hook.faults(world.lives)
    world.problems += more() if more else []
    tally.settle(world, campaign, fault, checker.judge())
    if share:
        subprocess.run(["umount", "-l", world.inbox], check=True)
    world.remove()
