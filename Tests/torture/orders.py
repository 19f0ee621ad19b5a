"""What an operator asks for while the daemon is killed and its system calls fail: a study anew, old inputs gone,
another configuration. Each answer is held against what came of it."""

import json
import random
import signal
import time
from dataclasses import dataclass

import cine
from checker import Checker, leaves_inputs
from plan import ERRORS
from result import configuration, files_below, latest
from tally import END_SECONDS, Trial, finish, is_at_rest
from world import Tools, World, until

CAMPAIGN = "orders"
ROUNDS = 4
#: The daemon looks for what was asked of it, and for old inputs, every 5 seconds.
CARE_SECONDS = 9
#: Calls that are made on the way back to the inbox and when old inputs go.
FAILING = ("rename", "unlink", "rmdir", "mkdir", "fsync", "write", "open", "stat", "readdir")
REFUSALS = ("no such study is known", "the study is in work already", "the study was given back to the inbox")


def run(tools: Tools, tally: Trial, source: random.Random, is_over) -> None:
    """One world, of one kind of order in turn."""
    order = (requeues, purges, reloads, requeues)[tally.next("order") % 4]
    order(tools, tally, source, is_over)


def requeues(tools: Tools, tally: Trial, source: random.Random, is_over) -> None:
    """Studies are asked for again, of a daemon that runs or not, while late files come, calls fail and it is killed."""
    intake = "leave" if source.random() < 0.25 else None
    world = World(tools, {"intake": intake}, is_far=bool(tools.elsewhere) and source.random() < 0.2)
    if source.random() < 0.3:
        world.have_hook(source)
    checker, answers = Checker(world), Answers(world)
    uids = [world.study(tally.next("study"), clips=source.choice((1, 2))) for _ in range(4)]
    settle(world)
    for source in tally.rounds(ROUNDS):
        if is_over():
            break
        if source.random() < 0.4:
            world.kill()
        for uid in source.sample(uids, source.choice((1, 2, 4))):
            answers.ask(uid)
            if source.random() < 0.3:
                late_file(world, tally, uid)
        world.plan.disarm()
        if source.random() < 0.5:
            trouble(world, source)
        world.keep_running()
        # The wish goes from the spool when the files begin to go back.
        until(lambda: not files_below(world.spool / "requests"), CARE_SECONDS, 0.002)
        time.sleep(source.choice((0, 0.005, 0.02, 0.05, 0.3, 1)) * source.random())
        world.kill(group=source.random() < 0.3)
        for kind, count in world.plan.disarm().items():
            tally.add(CAMPAIGN, f"requeue: {kind} fails", times=count)
        note(world, tally, checker.look())
    tally.add(CAMPAIGN, "requeue", times=len(answers.promised))
    settle(world)
    if not until(answers.are_true, END_SECONDS, 0.2):
        world.problems += answers.untrue
    finish(world, checker, tally, CAMPAIGN, "requeue")


def settle(world: World) -> None:
    world.keep_running()
    until(lambda: is_at_rest(world), END_SECONDS, 0.05)


def note(world: World, tally: Trial, faults: list[str]) -> None:
    for fault in faults:
        world.problems.append(fault)
        tally.add(CAMPAIGN, "all", half_published=1)


def late_file(world: World, tally: Trial, uid: str) -> None:
    """A further clip of a study that is asked for again."""
    index = tally.next("late clip") + 10
    world.drop([cine.loop(uid, index, 1_000_000 + index)])


def trouble(world: World, source: random.Random) -> None:
    world.plan.arm(
        source.sample(FAILING, source.choice((1, 2, 4))), source.choice((["spool"], ["inbox"], ["inbox", "spool"])),
        source.choice(list(ERRORS)), skip=source.randrange(120), every=source.choice((1, 3, 11)),
        limit=source.choice((1, 4, 12)), torn=source.random() < 0.3,
    )  # fmt: skip


@dataclass
class Answer:
    study: str
    claims: list[str]


class Answers:
    """What `hinged requeue` said, and whether it was so."""

    def __init__(self, world: World):
        self._world = world
        self.promised: list[Answer] = []

    def ask(self, uid: str, program: str | None = None) -> None:
        world = self._world
        was_running = world.is_running
        done = world.command("requeue", uid, "--json", program=program)
        if done.returncode == 1 and any(sentence in done.stderr for sentence in REFUSALS[1:]):
            return
        if done.returncode:
            world.problems.append(f"requeue of {uid} ended with {done.returncode}: {done.stderr.strip()}")
            return
        told = json.loads(done.stdout)
        if not was_running and told["running"]:
            world.problems.append("requeue spoke of a daemon that does not run")
        if not told["claims"] or told["files"] < len(told["claims"]):
            world.problems.append(f"requeue of {uid} promised nothing: {done.stdout.strip()}")
        self.promised.append(Answer(uid, told["claims"]))

    def ask_for_the_unknown(self) -> None:
        """Of a study that was never there."""
        done = self._world.command("requeue", "1.2.3.4.5.6")
        if done.returncode != 1 or REFUSALS[0] not in done.stderr:
            self._world.problems.append(f"requeue of an unknown study ended with {done.returncode}: {done.stderr}")

    def are_true(self) -> bool:
        return not self.untrue

    @property
    def untrue(self) -> list[str]:
        """Promises that are not kept yet: each claim that was named is given back, and the study has another one at
        its end."""
        faults = []
        for uid in sorted({answer.study for answer in self.promised}):
            done = self._world.command("explain", uid, "--json")
            if done.returncode:
                return [f"explain of {uid} ended with {done.returncode}: {done.stderr.strip()}"]
            phases = {claim["claim"]: claim["phase"] for claim in json.loads(done.stdout)["claims"]}
            named = {claim for answer in self.promised if answer.study == uid for claim in answer.claims}
            # That of an archive is of no study.
            faults += [
                f"{claim} of {uid} is {phases[claim]} and was promised to be taken anew"
                for claim in sorted(named & phases.keys()) if phases[claim] != "returned"
            ]  # fmt: skip
            rest = {claim: phase for claim, phase in phases.items() if phase != "returned"}
            if not rest or any(phase != "settled" for phase in rest.values()):
                faults.append(f"{uid} was not brought to its end anew: {rest}")
            faults += self._left_behind(uid, named)
        return faults

    def _left_behind(self, uid: str, named: set[str]) -> list[str]:
        if leaves_inputs(self._world):
            return []
        folders = [self._world.spool / "done" / uid / claim for claim in named]
        return [f"{folder.name} of {uid} is still in done" for folder in folders if folder.exists()]


def purges(tools: Tools, tally: Trial, source: random.Random, is_over) -> None:
    """Inputs are removed as soon as they were processed, and the daemon is killed over it. A study whose inputs are
    gone is still known; what is in quarantine stays."""
    world = World(tools, {"keep_done_days": 0, "limit_seconds": 2})
    checker, answers = Checker(world), Answers(world)
    spoilt = cine.loop(f"1.2.{tally.next('study')}", 1, 3)
    world.drop([cine.File(spoilt.study, spoilt.instance, spoilt.content[:900])], status=None)
    for source in tally.rounds(ROUNDS):
        if is_over():
            break
        new = [world.study(tally.next("study"), clips=source.choice((1, 2))) for _ in range(4)]
        if source.random() < 0.5:
            trouble(world, source)
        world.keep_running()
        purge_is_met(world, source)
        world.kill(group=source.random() < 0.3)
        for kind, count in world.plan.disarm().items():
            tally.add(CAMPAIGN, f"retention: {kind} fails", times=count)
        tally.add(CAMPAIGN, "retention", times=1)
        note(world, tally, checker.look())
        # They come again, known by their results alone.
        settle(world)
        chosen = source.choice(new)
        world.drop([drop.file for drop in world.drops if drop.study == chosen])
    answers.ask_for_the_unknown()
    settle(world)
    world.kill()
    world.start()
    if not until(lambda: not files_below(world.spool / "done"), END_SECONDS, 0.05):
        world.problems.append("inputs stayed beyond their time")
    if not [path for path in files_below(world.spool / "quarantine") if path.name != "reason.json"]:
        world.problems.append("what was in quarantine did not stay")
    finish(world, checker, tally, CAMPAIGN, "retention")


def purge_is_met(world: World, source: random.Random) -> None:
    """Waits until inputs go, or for what else comes first, and a moment longer."""
    most = 0

    def is_going() -> bool:
        nonlocal most
        count = len(files_below(world.spool / "done"))
        most = max(most, count)
        return count < most

    until(is_going, CARE_SECONDS, 0.001)
    time.sleep(source.choice((0, 0.002, 0.01, 0.05, 0.5)) * source.random())


def reloads(tools: Tools, tally: Trial, source: random.Random, is_over) -> None:
    """The configuration changes under the daemon, for the better and for the worse, while studies are in work."""
    world = World(tools, {"sr": "comprehensive"})
    checker, known = Checker(world), Configurations(world, tally)
    settle(world)
    begin(world)
    known.expect("comprehensive")
    for source in tally.rounds(2 * ROUNDS):
        if is_over():
            break
        # It has work while it is told.
        for _ in range(2):
            world.study(tally.next("study"))
        if source.random() < 0.5:
            known.change_for_the_better(source)
        else:
            known.change_for_the_worse(source)
        note(world, tally, checker.look())
    world.write_configuration(sr="comprehensive")
    finish(world, checker, tally, CAMPAIGN, "reload")


def begin(world: World) -> None:
    world.kill()
    offset = world.log_size
    world.start()
    if not world.wait_for_log("watches the inbox", offset, 120):
        world.problems.append("the daemon did not start")


class Configurations:
    """What the daemon said of each configuration, and the results that it made after it."""

    #: Changes that are wrong, each with a word of what is said about it.
    WRONG = (
        ({"width": 0}, "width"), ({"sr": "nonsense"}, "sr"), ({"scan_secondss": 1}, "scan_secondss"),
        ({"model": "/nowhere/model.onnx"}, "model"),
    )  # fmt: skip

    def __init__(self, world: World, tally: Trial):
        self._world, self._tally = world, tally
        self._kind = "comprehensive"
        #: Digests of the configuration in results, by the kind of report.
        self._digests: dict[str, str] = {}

    def change_for_the_better(self, source: random.Random) -> None:
        world = self._world
        kind = source.choice(("comprehensive", "comprehensive3d"))
        world.write_configuration(sr=kind)
        offset = world.log_size
        if source.random() < 0.3:
            # Killed over it, it goes by the file when it starts.
            world.signal(signal.SIGHUP)
            time.sleep(0.05 * source.random())
            begin(world)
        else:
            for _ in range(source.choice((1, 1, 20))):
                world.signal(signal.SIGHUP)
            if not world.wait_for_log("the configuration was reloaded", offset, 120):
                world.problems.append("nothing was said of a good configuration")
        self._tally.add(CAMPAIGN, "reload", times=1)
        self.expect(kind)

    def change_for_the_worse(self, source: random.Random) -> None:
        world, (changes, word) = self._world, source.choice(self.WRONG)
        before = dict(world.settings)
        world.write_configuration(**changes)
        offset = world.log_size
        world.signal(signal.SIGHUP)
        if not world.wait_for_log("the configuration is kept as it was", offset, 120) or word not in world.log_from(
            offset
        ):
            world.problems.append(f"nothing was said of a wrong {word}")
        if source.random() < 0.3:
            self._refuses_to_start(word)
        world.settings = before
        world.write_configuration()
        if not world.is_running:
            begin(world)
        self._tally.add(CAMPAIGN, "reload of a wrong file", times=1)
        self.expect(self._kind)

    def _refuses_to_start(self, word: str) -> None:
        world = self._world
        world.kill()
        offset = world.log_size
        world.start()
        if not until(lambda: not world.is_running, 60):
            world.problems.append(f"it started with a wrong {word}")
        status = world.stop()
        if status not in (1, 78) or word not in world.log_from(offset):
            world.problems.append(f"it ended with {status} over a wrong {word} and did not say so")

    def expect(self, kind: str) -> None:
        """A study that comes now is worked on by the configuration that holds, and by no other."""
        world = self._world
        self._kind = kind
        uid = world.study(self._tally.next("study"))
        if not until(lambda: uid in latest(world.outbox), END_SECONDS, 0.02):
            world.problems.append("a study that came after a reload was not published")
            return
        found = configuration(latest(world.outbox)[uid])
        others = {digest for name, digest in self._digests.items() if name != kind}
        if found in others or self._digests.setdefault(kind, found) != found:
            world.problems.append(f"{uid} was not worked on by the configuration that was told to hold, {kind}")
