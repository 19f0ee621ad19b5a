"""Studies that kill the daemon or cannot be read, among good ones."""

import random
import statistics
import time

import cine
from checker import Checker, has_reason
from result import digest, files_below, results
from tally import END_SECONDS, Trial, is_at_rest
from world import Tools, World, until

CAMPAIGN = "poison"
ATTEMPTS = 3
WIDTH = 2
GOOD = 12


def run(tools: Tools, tally: Trial, source: random.Random, is_over) -> None:
    alone = latencies(tools, tally, source, poisons=0)
    beside = latencies(tools, tally, source, poisons=source.choice((1, 2)))
    if alone and beside:
        tally.figure("good study, median seconds without poison", round(statistics.median(alone), 2))
        tally.figure("good study, median seconds among poison", round(statistics.median(beside), 2))
    hostile(tools, tally, source)


def latencies(tools: Tools, tally: Trial, source: random.Random, poisons: int) -> list[float]:
    """Good studies come one after the other, and with them some whose processing ends the daemon, which somebody
    starts again each time. Seconds from drop to result of the good ones."""
    world = World(tools, {"attempts": ATTEMPTS, "width": WIDTH})
    checker = Checker(world)
    uids = [f"1.2.{tally.next('study')}" for _ in range(poisons)]
    size = 0
    for uid in uids:
        file = cine.loop(uid, 1, 5)
        size = len(file.content) + 1_000
        world.drop([cine.File(file.study, file.instance, file.content + bytes(1_000))], status=None)
    begun, done, deaths = {}, {}, 0
    world.start(TORTURE_POISON=str(size))
    next_drop, end = time.monotonic(), time.monotonic() + END_SECONDS
    while time.monotonic() < end and not (len(done) == GOOD and is_at_rest(world)):
        now = time.monotonic()
        if len(begun) < GOOD and now >= next_drop:
            number = tally.next("study")
            world.study(number)
            begun[f"1.2.{number}"], next_drop = time.monotonic(), now + 0.4
        for name in results(world.outbox):
            if name in begun and name not in done:
                done[name] = time.monotonic() - begun[name]
        if not world.is_running:
            world.kill()
            deaths += 1
            world.start(TORTURE_POISON=str(size))
        time.sleep(0.01)
    tally.add(CAMPAIGN, "study ends the daemon", times=deaths)
    # Each is begun so many times. Only in the first life are two of them begun side by side, and its end counts for
    # both: after it they are suspects, and each is tried alone.
    most = poisons * ATTEMPTS
    if not most - max(min(poisons, WIDTH) - 1, 0) <= deaths <= most:
        world.problems.append(f"{poisons} poisonous studies ended the daemon {deaths} times")
    close(world, checker, tally, set(uids))
    return list(done.values())


def close(world: World, checker: Checker, tally: Trial, poisonous: set[str]) -> None:
    """Poison ends in quarantine with a reason and without a result, everything else as usual."""
    hung = not until(lambda: is_at_rest(world), END_SECONDS, 0.05)
    if hung:
        world.problems.append("not everything came to its end")
    world.stop()
    held = {digest(path): path for path in files_below(world.spool / "quarantine") if path.name != "reason.json"}
    for drop in world.drops:
        if drop.file.study in poisonous:
            path = held.get(drop.file.sha256)
            if not path or not has_reason(path) or drop.file.study in results(world.outbox):
                world.problems.append(f"{drop.file.study} did not end in quarantine with a reason")
    tally.settle(world, CAMPAIGN, "all", checker.judge())
    world.remove()


def hostile(tools: Tools, tally: Trial, source: random.Random) -> None:
    """Files that are torn, mutated or nonsense, in studies of their own among good ones."""
    world = World(tools, {"attempts": ATTEMPTS, "limit_seconds": 3})
    checker = Checker(world)
    world.start()
    for _ in range(8):
        number = tally.next("study")
        world.drop([mutated(cine.loop(f"1.2.{number}", 1, number * 16), source)], status=None)
        world.study(tally.next("study"))
        tally.add(CAMPAIGN, "file mutated", times=1)
        time.sleep(source.uniform(0, 0.2))
    close(world, checker, tally, set())


def mutated(file: cine.File, source: random.Random) -> cine.File:
    """Bytes of the header changed, or the end cut off; the pixels are what they were."""
    content = bytearray(file.content)
    if source.random() < 0.3:
        return cine.File(file.study, file.instance, bytes(content[: source.randrange(len(content))]))
    for _ in range(source.choice((1, 3, 10))):
        content[source.randrange(128, 900)] = source.randrange(256)
    return cine.File(file.study, file.instance, bytes(content))
