"""Another version of the program takes over what the one before it left, wherever that was killed; and an older one
does no harm to what a newer one wrote.

The older program is that of `--older` (TORTURE_OLDER_PROGRAM). Without one the same program stands for both: what is
tried then is the handing over, and not another form of the journal.
"""

import random

import kills
from checker import Checker
from orders import Answers
from result import digest, files_below, results
from tally import END_SECONDS, Trial, finish
from world import Tools, World, until

CAMPAIGN = "upgrade"
ROUNDS = 4


def run(tools: Tools, tally: Trial, source: random.Random, is_over) -> None:
    older = tools.older or tools.program
    name = "from an older program" if tools.older else "from the same program"
    intake = "leave" if source.random() < 0.2 else None
    world = World(tools, {"intake": intake})
    if source.random() < 0.3:
        world.have_hook(source)
    checker, answers = Checker(world), Answers(world)
    first = world.study(tally.next("study"), clips=2)
    life(world, older)
    until(lambda: (world.outbox / first).exists(), END_SECONDS, 0.05)
    world.kill()
    for source in tally.rounds(ROUNDS):
        if is_over():
            break
        world.study(tally.next("study"), clips=source.choice((1, 1, 2)))
        kills.at_point(world, tally, source.choice(kills.POINTS), program=older)
        note(world, tally, checker.look())
    # What was asked of the older one is carried out by the newer one.
    answers.ask(first, program=older)
    for program in (tools.program, older, tools.program):
        if program == older and tools.older:
            refused_or_harmless(world, older)
            continue
        world.study(tally.next("study"))
        kills.at_point(world, tally, source.choice(kills.POINTS), program=program)
        note(world, tally, checker.look())
    tally.add(CAMPAIGN, name, times=1)
    life(world, tools.program)
    if not until(answers.are_true, END_SECONDS, 0.2):
        world.problems += answers.untrue
    finish(world, checker, tally, CAMPAIGN, name)


def note(world: World, tally: Trial, faults: list[str]) -> None:
    for fault in faults:
        world.problems.append(fault)
        tally.add(CAMPAIGN, "all", half_published=1)


def life(world: World, program: str) -> None:
    offset = world.log_size
    world.kill()
    world.start(program=program)
    if not world.wait_for_log("watches the inbox", offset, 120):
        world.problems.append("it did not start on what the other program left")


def refused_or_harmless(world: World, older: str) -> None:
    """A downgrade. Either the older program understands all that it finds, or it ends with a sentence and has changed
    nothing."""
    world.kill()
    before, offset = held(world), world.log_size
    world.start(program=older)
    until(lambda: "watches the inbox" in world.log_from(offset) or not world.is_running, 120)
    if world.is_running:
        world.kill()
        return
    status = world.stop()
    if status <= 0 or not world.log_from(offset).strip():
        world.problems.append(f"an older program ended with {status} and without a word")
    changed = sorted({path for path, _ in held(world).items() ^ before.items()})
    if changed:
        names = ", ".join(path.removeprefix(f"{world.root}/") for path in changed)
        world.problems.append(f"an older program changed what it refused to go on with: {names}")


def held(world: World) -> dict[str, str]:
    """Digests of the journal, and of all files of studies, by path. What was being staged is nobody's."""
    folders = [world.inbox, *results(world.outbox).values()]
    folders += [world.spool / name for name in ("claimed", "done", "quarantine")]
    paths = [world.spool / "journal"] + [path for folder in folders for path in files_below(folder)]
    return {str(path): digest(path) for path in paths}
