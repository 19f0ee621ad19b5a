"""A file system of its own on a loop device, whose power can be cut: what its device holds at one moment is all that
is there after it."""

import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
MOST_TRIES = 40


@dataclass(frozen=True)
class Form:
    """A file system as an operator may have it. Nothing is written of its own accord for minutes, so that what was not
    synced is lost."""

    name: str
    program: tuple[str, ...]
    size: int
    options: str = ""

    @property
    def family(self) -> str:
        return self.program[0].removeprefix("mkfs.")


EXT4 = ("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", "-J", "size=4")
FAMILIES = (
    (
        Form("ext4", EXT4, 64 * MIB, "commit=300"),
        Form("ext4 data=writeback", EXT4, 64 * MIB, "commit=300,data=writeback"),
        Form("ext4 nodelalloc", EXT4, 64 * MIB, "commit=300,nodelalloc"),
    ),
    (Form("xfs", ("mkfs.xfs", "-q", "-f", "-K"), 320 * MIB),),
    (Form("btrfs", ("mkfs.btrfs", "-q", "-f", "-K"), 160 * MIB, "commit=300"),),
)


def lacking(form: Form) -> str | None:
    """Why no such file system can be had here; `None` where it can."""
    if os.geteuid():
        return "it needs root"
    if not shutil.which(form.program[0]):
        return f"{form.program[0]} is not installed"
    try:
        with tempfile.TemporaryDirectory() as folder:
            Disk(form, Path(folder)).remove()
    except (subprocess.CalledProcessError, OSError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip()
        return f"it cannot be mounted on a loop device: {said.splitlines()[-1] if said else error}"
    return None


class Disk:
    """The file system is mounted at `path` until `remove`."""

    def __init__(self, form: Form, folder: Path):
        self.form = form
        self._folder = Path(tempfile.mkdtemp(prefix="disk-", dir=folder))
        self.path, self._image = self._folder / "mounted", self._folder / "image"
        self.path.mkdir()
        with self._image.open("wb") as image:
            image.truncate(form.size)
        _call(*form.program, self._image)
        # A log of zeros need not be copied.
        _call("fallocate", "--dig-holes", self._image)
        self._mount()

    def _mount(self) -> None:
        options = ",".join(["loop", "noatime", *filter(None, [self.form.options])])
        words = ("mount", "-t", self.form.family, "-o", options, self._image, self.path)
        for _ in range(MOST_TRIES):
            if subprocess.run(words, capture_output=True, check=False).returncode == 0:
                break
            # A btrfs whose later state was seen a moment ago on a device that is not gone yet.
            time.sleep(0.05)
            self._forget()
        else:
            _call(*words)
        self._statistics = Path(f"/sys/dev/block/{_device(self.path)}/stat")
        if not self._statistics.exists():
            # A btrfs has a device number of its own.
            source = subprocess.run(
                ["findmnt", "-no", "SOURCE", self.path], capture_output=True, text=True, check=True
            ).stdout.strip()
            self._statistics = Path("/sys/block", Path(source).name, "stat")

    def writes(self) -> tuple[int, int, int]:
        """Writes that are under way, and those that were made: requests and flushes."""
        words = [int(word) for word in self._statistics.read_text().split()]
        return words[8], words[4], words[15] if len(words) > 15 else 0

    def copy(self, name: str) -> Path:
        """What the device holds, without what its memory holds."""
        target = self._folder / name
        with self._image.open("rb") as old, target.open("wb") as new:
            new.truncate(self.form.size)
            at = 0
            while True:
                try:
                    start = os.lseek(old.fileno(), at, os.SEEK_DATA)
                except OSError:
                    break
                at = os.lseek(old.fileno(), start, os.SEEK_HOLE)
                _copy(old.fileno(), new.fileno(), start, at)
        return target

    def replace(self, image: Path) -> None:
        """From now on there is what the copy holds. Nothing may use the file system."""
        self._unmount()
        image.rename(self._image)
        self._forget()
        self._mount()

    def _forget(self) -> None:
        """A btrfs remembers a later state of the same device."""
        if self.form.family == "btrfs":
            subprocess.run(["btrfs", "device", "scan", "--forget"], capture_output=True, check=False)

    def _unmount(self) -> None:
        end = time.monotonic() + 10
        while subprocess.run(["umount", self.path], capture_output=True, check=False).returncode:
            if time.monotonic() > end:
                _call("umount", "-l", self.path)
                return
            time.sleep(0.01)

    def remove(self) -> None:
        if os.path.ismount(self.path):
            self._unmount()
        shutil.rmtree(self._folder, ignore_errors=True)


def copies(disks: list[Disk]) -> list[Path]:
    """What the devices hold at one moment at which none is being written to."""
    while True:
        before = [disk.writes() for disk in disks]
        images = [disk.copy("copy") for disk in disks] if not any(count[0] for count in before) else []
        if images and before == [disk.writes() for disk in disks]:
            return images


def sync(path: Path) -> None:
    """As a sender does that cares for what it sent."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _device(path: Path) -> str:
    number = path.stat().st_dev
    return f"{os.major(number)}:{os.minor(number)}"


def _copy(old: int, new: int, start: int, end: int) -> None:
    while start < end:
        count = os.copy_file_range(old, new, end - start, start, start)
        if count == 0:
            raise OSError("the device's file ended early")
        start += count


def _call(*words) -> None:
    subprocess.run(words, check=True, capture_output=True, text=True)
