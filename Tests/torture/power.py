"""The power goes: what the disks hold at that moment is all that a new daemon finds. At each step of a study and at
random, on several file systems, with the inbox on the same one or on another."""

import os
import random
import signal
import time
from pathlib import Path

import cine
import disk
import journal
import kills
from checker import Checker
from disk import Disk
from orders import Answers
from result import digest, files_below, index_faults, inputs, results
from tally import END_SECONDS, Trial, finish, is_at_rest
from world import Tools, World, children, until

CAMPAIGN = "power cut"
CONTROL = "power cut without syncs"
ROUNDS = 12
#: A world in so many is a control: the daemon's syncs do nothing, and that must show.
CONTROL_EVERY = 10
POINTS = (*kills.POINTS, *kills.POINTS, *kills.BOX_POINTS)
#: Of a control, at least so many.
CUTS_UNTIL_A_FAULT = 20
#: Why there is no such file system here, by its name.
_lacking: dict[str, str | None] = {}


def run(tools: Tools, tally: Trial, source: random.Random, is_over) -> None:
    """One world: a round is new work, a daemon, and a cut."""
    turn = tally.next("form")
    family = disk.FAMILIES[turn % len(disk.FAMILIES)]
    form = family[turn // len(disk.FAMILIES) % len(family)]
    if form.name not in _lacking:
        _lacking[form.name] = disk.lacking(form)
    if _lacking[form.name]:
        tally.skip(f"{CAMPAIGN}, {form.name}", _lacking[form.name])
        return
    Outage(tools, tally, source, form, is_control=turn % CONTROL_EVERY == CONTROL_EVERY - 1).run(is_over)


def doubts(rows: dict[str, dict[str, int]]) -> list[str]:
    """Why the campaign is not to be believed."""
    controls = [row for name, row in rows.items() if name.startswith(f"{CONTROL}:")]
    cuts, faults = sum(row["times"] for row in controls), sum(row["lost"] for row in controls)
    if cuts < CUTS_UNTIL_A_FAULT or faults:
        return []
    return [f"{CONTROL}: {cuts} cuts and no fault, so that those with syncs say nothing"]


class Outage:
    """A world on disks of its own, and what is done to it."""

    def __init__(self, tools: Tools, tally: Trial, source: random.Random, form: disk.Form, is_control: bool):
        self.tally, self.source, self.form, self.is_control = tally, source, form, is_control
        folder = Path(tools.folder)
        self.disks = [Disk(form, folder)] + ([Disk(form, folder)] if source.random() < 0.3 else [])
        settings = {
            "intake": "leave" if source.random() < 0.15 else None,
            "keep_done_days": 0 if source.random() < 0.2 else None,
        }
        self.world = World(
            tools, settings, disk=self.disks[0], inbox_disk=self.disks[1] if len(self.disks) > 1 else None, syncs=True
        )
        if source.random() < 0.3:
            self.world.have_hook(source)
        self.checker, self.answers = Checker(self.world), Answers(self.world)
        self.studies: list[str] = []
        #: Its journal was made long for the daemon of this round.
        self.is_long = False
        #: Files whose sender does not sync them, with where they were dropped last.
        self.careless: list[tuple] = []

    def run(self, is_over) -> None:
        for number, self.source in enumerate(self.tally.rounds(ROUNDS)):
            if is_over():
                break
            self._work(number)
            self._life(is_over)
            if self._cut():
                break
        self._end()

    @property
    def _is_moving(self) -> bool:
        return self.world.settings.get("intake") is None

    # What there is to do.

    def _work(self, number: int) -> None:
        """No daemon runs: what is asked for here is on the disk before one starts."""
        world, source = self.world, self.source
        choice = source.random()
        if number and choice < 0.2 and self._can_ask:
            self._ask()
        elif choice < 0.35 and self._is_moving and world.settings.get("keep_done_days") is None:
            world.boxed_study(self.tally.next("study"), clips=2)
        elif choice < 0.45 and self.studies:
            index = self.tally.next("late clip") + 10
            world.drop([cine.loop(source.choice(self.studies), index, 1_000_000 + index)])
        elif choice < 0.6 and self._is_moving:
            self._drop_carelessly()
        else:
            self.studies.append(world.study(self.tally.next("study"), clips=source.choice((1, 1, 2))))
        self.is_long = False
        if source.random() < 0.2:
            self._lengthen_the_journal()

    @property
    def _can_ask(self) -> bool:
        return bool(self.studies) and self.world.settings.get("keep_done_days") is None

    def _ask(self) -> None:
        """For a study that has a result: what was promised outlives the cut."""
        known = [uid for uid in self.studies if uid in results(self.world.outbox)]
        if known:
            self.answers.ask(self.source.choice(known))

    def _drop_carelessly(self) -> None:
        """A sender that syncs nothing; it sends again what was not taken."""
        world = self.world
        world.syncs = False
        before = len(world.drops)
        world.study(self.tally.next("study"), clips=2)
        world.syncs = True
        self.careless += world.drops[before:]

    def _lengthen_the_journal(self) -> None:
        path = self.world.spool / "journal"
        if journal.lengthen(path, self.source):
            disk.sync(path)
            self.tally.add(self._campaign, f"{self.form.name}: journal made long", times=1)
            self.is_long = True

    # The daemon's life and its end.

    def _life(self, is_over) -> None:
        world, source = self.world, self.source
        offset = world.log_size
        point = POINTS[self.tally.next("point") % len(POINTS)] if source.random() < 0.6 else None
        if self.is_long and source.random() < 0.6:
            point = kills.BOOK_POINTS[self.tally.next("book point") % len(kills.BOOK_POINTS)]
        seconds = min(source.expovariate(1.2), 3)
        variables = {"HINGED_PAUSE_AT": point} if point else {}
        if self.is_control:
            variables["TORTURE_NO_SYNC"] = "1"
        world.start(**variables)
        if point:
            world.wait_for_log(f"at={point}", offset, 4)
            time.sleep(seconds / 30)
        else:
            world.wait_for_log("watches the inbox", offset, 60)
            time.sleep(seconds)
        is_met = f"at={point}" in world.log_from(offset)
        self.tally.add(self._campaign, f"{self.form.name}: " + (f"at {point}" if is_met else "at random"), times=1)

    @property
    def _campaign(self) -> str:
        return CONTROL if self.is_control else CAMPAIGN

    def _cut(self) -> bool:
        """Returns whether the world is to be judged now."""
        world = self.world
        pids = [world.pid, *children(world.pid)] if world.is_running else []
        for pid in pids:
            try:
                os.kill(pid, signal.SIGSTOP)
            except ProcessLookupError:
                continue
        until(lambda: all(is_still(pid) for pid in pids), 5, 0.001)
        told = world.hook.told if world.hook else set()
        images = disk.copies(self.disks)
        world.kill(group=True)
        if world.hook:
            until(lambda: not world.hook.is_running, 10)
        for device, image in zip(self.disks, images, strict=True):
            device.replace(image)
        faults = self.checker.look()
        faults += [f"{Path(path).name} was told of and is gone" for path in told if not Path(path).is_dir()]
        faults += self._send_again()
        for fault in faults:
            world.problems.append(fault)
            self.tally.add(self._campaign, f"{self.form.name}: all", half_published=1)
        return bool(faults)

    def _send_again(self) -> list[str]:
        """What careless senders sent and is nowhere. A result that tells of it would speak of nothing."""
        world, faults = self.world, []
        if not self.careless:
            return faults
        wanted = {drop.sha256 for drop in world.drops}
        there = {digest(path) for path in files_below(world.spool)}
        for path in files_below(world.inbox):
            sha256 = digest(path)
            # What the sender itself left of its files.
            if sha256 not in wanted or any(part.startswith(".") for part in path.relative_to(world.inbox).parts):
                path.unlink()
                disk.sync(path.parent)
            else:
                there.add(sha256)
        missing = [drop for drop in self.careless if drop.sha256 not in there]
        told = {sha for folder in results(world.outbox).values() for sha, _ in inputs(folder)}
        if world.settings.get("keep_done_days") is None:
            faults += [f"{drop.sha256} is lost, and was published" for drop in missing if drop.sha256 in told]
        self.careless = []
        for drop in missing:
            if drop.sha256 not in told:
                world.drops.remove(drop)
                world.drop([drop.file], drop.status)
        return faults

    def _end(self) -> None:
        world = self.world
        if self.is_control:
            return self._end_of_control()
        if self.answers.promised:
            world.keep_running()
            if not until(self.answers.are_true, END_SECONDS, 0.2):
                world.problems += self.answers.untrue
        finish(world, self.checker, self.tally, CAMPAIGN, f"{self.form.name}: all", more=lambda: index_faults(world.outbox))

    def _end_of_control(self) -> None:
        """Its faults are what it is for."""
        world = self.world
        world.kill(group=True)
        if not world.problems:
            world.start()
            until(lambda: is_at_rest(world) or not world.is_running, 20, 0.05)
            world.stop()
        faults = len(world.problems) + len(self.checker.judge().sentences)
        self.tally.add(CONTROL, f"{self.form.name}: all", lost=min(faults, 1))
        world.remove()


def is_still(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "TtZX"
    except OSError:
        return True
