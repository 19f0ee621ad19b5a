"""System calls of intake, journal and publishing fail: one by one, and in bursts."""

import itertools
import random

import journal
from checker import Checker
from plan import ERRORS, KINDS, PLACES
from tally import Trial, finish, is_at_rest
from world import Tools, World, until

ROUNDS = 24
CAMPAIGN = "call fails"
#: Calls of a kind that one life of the daemon is expected to make in one place, at most.
DEEPEST = 40
CASES = [
    (kind, error, place)
    for kind, error, place in itertools.product(KINDS, ERRORS, PLACES[:3])
    if kind not in ("spawn", "pipe", "inotify") or place == "inbox"
]


def run(tools: Tools, tally: Trial, source: random.Random, is_over) -> None:
    intake = "leave" if source.random() < 0.15 else None
    world = World(tools, {"intake": intake}, is_far=bool(tools.elsewhere) and source.random() < 0.3)
    if source.random() < 0.2:
        world.have_hook(source)
    checker = Checker(world)
    for source in tally.rounds(ROUNDS):
        if is_over():
            break
        if source.random() < 0.6:
            single(world, tally, source)
        else:
            burst(world, tally, source)
        for fault in checker.look():
            world.problems.append(fault)
            tally.add(CAMPAIGN, "all", half_published=1)
    finish(world, checker, tally, CAMPAIGN, "all")


def places_of(kind: str, place: str) -> tuple[str, ...]:
    return ("elsewhere",) if kind in ("spawn", "pipe") else (place,)


def single(world: World, tally: Trial, source: random.Random) -> None:
    """The n-th call of one kind in one place fails with one error."""
    number = tally.next("case")
    kind, error, place = CASES[number % len(CASES)]
    depth = number // len(CASES)
    skip = depth if depth < DEEPEST else source.randrange(4 * DEEPEST)
    world.study(tally.next("study"))
    if place == "spool" and source.random() < 0.3:
        journal.lengthen(world.spool / "journal", source)
    world.plan.arm([kind], places_of(kind, place), error, skip=skip)
    life(world, tally, source, error, "one", is_mute=False)


def burst(world: World, tally: Trial, source: random.Random) -> None:
    """Calls of several kinds fail again and again."""
    for _ in range(source.choice((1, 2))):
        world.study(tally.next("study"), clips=source.choice((1, 2)))
    if source.random() < 0.2:
        journal.lengthen(world.spool / "journal", source)
    kinds = source.sample(KINDS, source.choice((1, 2, 4, len(KINDS))))
    places = source.sample(PLACES, source.choice((1, 2, 4)))
    error = source.choice(list(ERRORS))
    world.plan.arm(
        kinds, places, error, skip=source.randrange(60), every=source.choice((1, 2, 3, 7, 19)),
        limit=source.choice((5, 20, 80)), torn=source.random() < 0.5,
    )  # fmt: skip
    life(world, tally, source, error, "burst", is_mute="write" in kinds and "elsewhere" in places)


def life(world: World, tally: Trial, source: random.Random, error: str, form: str, is_mute: bool) -> None:
    """Until the faults have been met and the work is done or waits, then it ends in one way or another. `is_mute`:
    what it says of itself may fail to be written too."""
    offset = world.log_size
    goes_on, is_killed = source.random() < 0.2, source.random() < 0.5
    world.start()
    until(lambda: world.plan["injected"] >= world.plan["limit"] or is_done(world), 4)
    until(lambda: is_done(world), 1.2)
    for kind, count in world.plan.disarm().items():
        tally.add(CAMPAIGN, f"{error}, {form}: {kind}", times=count)
    if not world.is_running and not is_mute:
        told(world, offset)
    elif world.is_running and goes_on:
        # The same daemon goes on by itself once the trouble is over.
        until(lambda: is_done(world), 8)
    if is_killed:
        world.kill()
    else:
        world.stop()


def is_done(world: World) -> bool:
    return not world.is_running or is_at_rest(world)


def told(world: World, offset: int) -> None:
    """A daemon that cannot start says why."""
    if not world.log_from(offset).strip():
        world.problems.append("it ended without a word")
