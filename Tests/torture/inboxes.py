"""Inboxes as they are: notifications lost, shares that go away while they are read, slow writers, wrong clocks."""

import os
import random
import signal
import subprocess
import threading
import time
from pathlib import Path

import cine
from checker import Checker
from tally import Trial, finish, is_at_rest
from world import Drop, Tools, World, children, is_decoding, until

#: More than fs.inotify.max_queued_events holds by default.
FLOOD = 20_000


def run(tools: Tools, tally: Trial, source: random.Random, is_over) -> None:
    """One world: a round of each kind of trouble, in any order."""
    world = World(tools, {"intake": "leave" if source.random() < 0.2 else None})
    checker = Checker(world)
    share = mount_share(world) if os.geteuid() == 0 and source.random() < 0.5 else None
    world.start()
    troubles = [told_of_overflow, slow_writer, replaced_while_read, vanishing_share, clock_jumps, worker_killed]
    if tally.next("flood") % 12 == 0:
        troubles.append(flooded)
    source.shuffle(troubles)
    for trouble in troubles:
        if is_over():
            break
        trouble(world, tally, source)
        world.problems += checker.look()
    finish(world, checker, tally, "inbox", "all", share)


def mount_share(world: World) -> Path:
    """The inbox becomes a mount point, as that of a share is."""
    share = world.root / "share"
    share.mkdir()
    subprocess.run(["mount", "--bind", share, world.inbox], check=True)
    return share


def new_studies(world: World, tally: Trial, count: int) -> None:
    for _ in range(count):
        world.study(tally.next("study"))


def told_of_overflow(world: World, tally: Trial, source: random.Random) -> None:
    """The queue of notifications says that it lost some, while studies come."""
    for _ in range(4):
        world.plan["overflows"] = 1
        new_studies(world, tally, 1)
        until(lambda: not world.plan["overflows"], 2)
        tally.add("inbox", "queue of notifications overflows", times=1)


def flooded(world: World, tally: Trial, source: random.Random) -> None:
    """The real queue overflows: the daemon is held up while more happens than the queue takes."""
    world.signal(signal.SIGSTOP)
    noise = world.inbox / "noise"
    noise.mkdir()
    for number in range(FLOOD):
        path = noise / f"{number}.tmp"
        path.touch()
        path.unlink()
    new_studies(world, tally, 3)
    noise.rmdir()
    world.signal(signal.SIGCONT)
    tally.add("inbox", "queue of notifications overflows", times=1)
    until(lambda: is_at_rest(world), 60, 0.05)


def slow_writer(world: World, tally: Trial, source: random.Random) -> None:
    """Two files grow side by side, with pauses that are longer than a study is given to be quiet."""
    files = [cine.loop(f"1.2.{number}", 1, number * 16) for number in (tally.next("study"), tally.next("study"))]
    for number, file in enumerate(files):
        (world.inbox / f"slow-{file.study}-{number}").mkdir()
        world.drops.append(Drop(file))
    cuts = sorted(source.randrange(1, len(files[0].content)) for _ in range(4))
    for start, end in zip([0, *cuts], [*cuts, None], strict=True):
        for number, file in enumerate(files):
            with (world.inbox / f"slow-{file.study}-{number}" / "IM").open("ab") as target:
                target.write(file.content[start:end])
        time.sleep(source.uniform(0.05, 0.7))
    tally.add("inbox", "slow writer", times=2)


def replaced_while_read(world: World, tally: Trial, source: random.Random) -> None:
    """A writer that sends a file again: what stood there before is as if it had never come, or a file of its own."""
    number = tally.next("study")
    first, second = (cine.loop(f"1.2.{number}", index, number * 16 + index) for index in (1, 2))
    path = world.inbox / f"replaced-{number}"
    path.mkdir()
    (path / "IM").write_bytes(first.content[: source.randrange(2000, len(first.content))])
    time.sleep(source.uniform(0, 0.6))
    (path / ".IM").write_bytes(second.content)
    os.replace(path / ".IM", path / "IM")
    world.drops.append(Drop(second))
    tally.add("inbox", "file replaced while it is read", times=1)


def vanishing_share(world: World, tally: Trial, source: random.Random) -> None:
    """The inbox goes away with all that is in it while studies are read, and comes back later."""
    new_studies(world, tally, 3)
    time.sleep(source.uniform(0, 0.7))
    away, share = world.root / "away", world.root / "share"
    if share.exists():
        subprocess.run(["umount", "-l", world.inbox], check=True)
        time.sleep(source.uniform(0.1, 0.8))
        subprocess.run(["mount", "--bind", share, world.inbox], check=True)
    else:
        world.inbox.rename(away)
        time.sleep(source.uniform(0.1, 0.8))
        away.rename(world.inbox)
    tally.add("inbox", "share vanishes and comes back", times=1)
    until(lambda: is_at_rest(world), 30, 0.05)


def clock_jumps(world: World, tally: Trial, source: random.Random) -> None:
    """The wall clock jumps by seconds, days and years while studies are in work."""
    stop = threading.Event()

    def jump():
        while not stop.wait(0.1):
            world.plan["clock_offset_ms"] = source.choice((0, 1, -1)) * source.choice((5_000, 3_600_000, 10**9, 10**11))
            tally.add("inbox", "clock jumps", times=1)

    thread = threading.Thread(target=jump)
    thread.start()
    new_studies(world, tally, 3)
    until(lambda: is_at_rest(world), 30, 0.05)
    stop.set()
    thread.join()
    world.plan["clock_offset_ms"] = 0


def worker_killed(world: World, tally: Trial, source: random.Random) -> None:
    """Decode workers die under the daemon, as when memory runs out: a stated end for their clips, no harm to others."""
    # No worker of another study is to be met.
    if not until(lambda: is_at_rest(world), 60, 0.05):
        return
    number = tally.next("study")
    world.drop([cine.loop(f"1.2.{number}", 1, number * 16)], status=None)

    def kill_one() -> bool:
        # The nursery, which makes the workers, is one of them.
        for pid in source.sample(found := children(world.pid), len(found)):
            if is_decoding(pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                    return True
                except ProcessLookupError:
                    continue
        return False

    time.sleep(source.uniform(0, 0.3))
    if until(kill_one, 3, 0.002):
        tally.add("inbox", "decode worker killed", times=1)
    until(lambda: is_at_rest(world), 60, 0.05)
