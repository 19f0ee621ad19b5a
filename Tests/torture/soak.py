"""One daemon and thousands of small studies, with full-size clips beside them: memory and descriptors stay flat."""

import os
import random
import statistics
import time
from pathlib import Path

import cine
from checker import Checker
from tally import Trial, finish
from world import Tools, World

CAMPAIGN = "soak"
#: Studies that are under way at once.
IN_FLIGHT = 6
#: Studies until allocator, caches and threads have what they need.
WARM_UP = 300
#: A full-size clip comes after so many studies.
LARGE_EVERY = 100


def run(tools: Tools, tally: Trial, source: random.Random, is_over) -> None:
    """Until the time is over. The study is of one clip, and only the page and the record are written."""
    world = World(tools, {"outputs": "html", "backlog": 16, "memory_mb": 512})
    checker = Checker(world)
    world.start()
    large, samples, under_way, count = full_size_clips(), [], set(), 0
    while not is_over() and world.is_running:
        while len(under_way) < IN_FLIGHT:
            if large and count % LARGE_EVERY == LARGE_EVERY // 2:
                world.drop([cine.File(f"large-{count}", "", large[count // LARGE_EVERY % len(large)])], status=None)
            number = tally.next("study")
            world.study(number)
            under_way.add(f"1.2.{number}")
            count += 1
            if count % 20 == 0:
                samples.append((count, *size(world.pid)))
        under_way -= {uid for uid in under_way if (world.outbox / uid / "study.json").exists()}
        time.sleep(0.02)
    tally.add(CAMPAIGN, "small study", times=count)
    tell(tally, samples, count)
    finish(world, checker, tally, CAMPAIGN, "all")


def size(pid: int) -> tuple[int, int]:
    """Resident memory, KiB, and open descriptors."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        resident = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
        return resident, len(os.listdir(f"/proc/{pid}/fd"))
    except (OSError, StopIteration):
        return 0, 0


def tell(tally: Trial, samples: list[tuple[int, int, int]], count: int) -> None:
    """The first tenth after the warm-up beside the last tenth, medians: single studies come and go."""
    settled = [sample for sample in samples if sample[0] > WARM_UP and sample[1]]
    part = max(5, len(settled) // 10)
    tally.figure("soak: studies", count)
    tally.figure("soak: samples", samples[:: max(1, len(samples) // 40)])
    if len(settled) < 2 * part:
        return
    for index, name in ((1, "resident KiB"), (2, "descriptors")):
        first, last = (statistics.median(s[index] for s in end) for end in (settled[:part], settled[-part:]))
        tally.figure(f"soak: {name}, after warm-up", first)
        tally.figure(f"soak: {name}, at the end", last)
        tally.figure(f"soak: {name}, growth in percent", round(100 * (last / first - 1), 2))


def full_size_clips() -> list[bytes]:
    """Real loops, where there is external data; each content is dropped under the identity that it has."""
    root = os.environ.get("HINGED_TEST_DATA")
    paths = sorted(Path(root, "dicom").rglob("*.dcm")) if root else []
    found = [path.read_bytes() for path in paths if 2 << 20 < path.stat().st_size < 40 << 20]
    return found[:4]
