"""The daemon is killed at every step of a study and at random."""

import random

import journal
from checker import Checker
from tally import Trial, finish, is_at_rest
from world import Tools, World, until

#: The places that HINGED_PAUSE_AT names, one for each state that the work on a study goes through.
POINTS = (
    "claiming", "file-claimed", "taken", "claimed", "started", "header", "decode", "inference", "report",
    "file-staged", "staged", "publishing", "renamed", "published", "concluded", "filed", "settled",
)  # fmt: skip
#: Those that only an archive comes by.
BOX_POINTS = ("file-unpacked", "box-unpacked", "box-opened")
#: Those of a journal that is rewritten.
BOOK_POINTS = ("book-written", "book-named")
ROUNDS = 34
CAMPAIGN = "kill -9"


def run(tools: Tools, tally: Trial, source: random.Random, is_over) -> None:
    """One world: a round is a new study and a daemon that is killed over it, or over what the one before it left."""
    intake = "leave" if source.random() < 0.2 else None
    world = World(tools, {"intake": intake}, is_far=bool(tools.elsewhere) and source.random() < 0.2)
    if source.random() < 0.3:
        world.have_hook(source)
    checker = Checker(world)
    for source in tally.rounds(ROUNDS):
        if is_over():
            break
        # An inbox that is only read keeps the archive alone, and the checker looks for each file.
        if intake is None and source.random() < 0.2:
            world.boxed_study(tally.next("study"), clips=2)
            at_point(world, tally, BOX_POINTS[tally.next("box point") % len(BOX_POINTS)])
        else:
            world.study(tally.next("study"), clips=source.choice((1, 1, 2)))
            anywhere(world, tally, source)
        for fault in checker.look():
            world.problems.append(fault)
            tally.add(CAMPAIGN, "at any time", half_published=1)
    finish(world, checker, tally, CAMPAIGN, "at any time")


def anywhere(world: World, tally: Trial, source: random.Random) -> None:
    chance = source.random()
    if chance < 0.15 and journal.has_settled(world.spool / "journal"):
        over_a_book(world, tally, source)
    elif chance < 0.7:
        at_point(world, tally, POINTS[tally.next("point") % len(POINTS)])
    else:
        at_random(world, tally, source)


def at_point(world: World, tally: Trial, point: str, program: str | None = None) -> None:
    offset = world.log_size
    world.start(program=program, HINGED_PAUSE_AT=point)
    if not world.wait_for_log(f"at={point}", offset, 120):
        world.problems.append(f"{point} was not reached")
    world.kill()
    tally.add(CAMPAIGN, f"at {point}", times=1)


def over_a_book(world: World, tally: Trial, source: random.Random) -> None:
    """Settled claims go into a book when the daemon starts, or while it works. What waits for the hook goes into none, so
    that the point may be missed."""
    point = BOOK_POINTS[tally.next("book point") % len(BOOK_POINTS)]
    journal.lengthen(world.spool / "journal", source)
    offset = world.log_size
    world.start(HINGED_PAUSE_AT=point)
    until(lambda: f"at={point}" in world.log_from(offset) or is_at_rest(world) or not world.is_running, 120)
    is_met = f"at={point}" in world.log_from(offset)
    world.kill()
    tally.add(CAMPAIGN, f"at {point}" if is_met else "at random", times=1)


def at_random(world: World, tally: Trial, source: random.Random) -> None:
    group = source.random() < 0.5
    offset = world.log_size
    world.start()
    if source.random() < 0.8:
        world.wait_for_log("watches the inbox", offset, 60)
    # The longer the more rarely, so that every step of it is met.
    world.wait_for_log("no such line", offset, min(source.expovariate(1.2), 3))
    world.kill(group)
    tally.add(CAMPAIGN, "at random, with its workers" if group else "at random", times=1)
