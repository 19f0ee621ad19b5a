"""The inbox lies on a share that is slow, that tells what was so a moment ago, that forgets files now and then (ESTALE),
and whose folders cannot be synced. A FUSE file system (share.c) stands in for the server and its network."""

import os
import random
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from checker import Checker
from tally import Trial, finish
from world import Tools, World, until

CAMPAIGN = "share"
ROUNDS = 8


def run(tools: Tools, tally: Trial, source: random.Random, is_over) -> None:
    if not tools.share or os.geteuid() or not Path("/dev/fuse").exists():
        tally.skip(CAMPAIGN, "it needs root, /dev/fuse and libfuse3")
        return
    per_mille = source.choice((0, 5, 30, 100))
    share = Share(tools.share, Path(tools.folder), source.randrange(1 << 32), per_mille)
    world = World(tools, {"intake": "leave" if source.random() < 0.2 else None}, inbox_disk=share)
    checker = Checker(world)
    for chance in tally.rounds(ROUNDS):
        if is_over():
            break
        share.is_calm = True
        world.study(tally.next("study"), clips=chance.choice((1, 2)))
        share.is_calm = False
        world.keep_running()
        time.sleep(min(chance.expovariate(1), 3))
        if chance.random() < 0.5:
            world.kill()
        tally.add(CAMPAIGN, f"{per_mille} of 1000 calls fail", times=1)
        world.problems += checker.look()
    share.is_calm = True
    finish(world, checker, tally, CAMPAIGN, "all")


class Share:
    """Mounted at `path` until `remove`."""

    def __init__(self, program: str, folder: Path, seed: int, per_mille: int):
        self._folder = Path(tempfile.mkdtemp(prefix="share-", dir=folder))
        served, self.path = self._folder / "served", self._folder / "mounted"
        served.mkdir()
        self.path.mkdir()
        self.is_calm = True
        self._server = subprocess.Popen(
            [program, served, str(seed), str(per_mille), self.path, "-f", "-o", "default_permissions"],
            stdin=subprocess.DEVNULL,
        )
        if not until(lambda: os.path.ismount(self.path), 10):
            raise RuntimeError("the share is not mounted")

    @property
    def is_calm(self) -> bool:
        return self._calm.exists()

    @is_calm.setter
    def is_calm(self, is_so: bool) -> None:
        self._calm.touch() if is_so else self._calm.unlink(missing_ok=True)

    @property
    def _calm(self) -> Path:
        return self._folder / "calm"

    def remove(self) -> None:
        subprocess.run(["umount", "-l", self.path], capture_output=True, check=False)
        self._server.wait(20)
        shutil.rmtree(self._folder, ignore_errors=True)
