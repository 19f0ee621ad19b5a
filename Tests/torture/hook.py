"""The operator's command for published studies, as one that fails now and then, and what it was told."""

import random
from collections import Counter
from pathlib import Path

from result import results

#: For each result it fails, or is killed, some times before it succeeds. What the shim does is for the daemon alone.
SCRIPT = """#!/usr/bin/env -S -u LD_PRELOAD /bin/sh
cd '{folder}' || exit 1
before=$(grep -cxF -- "$1" calls)
echo "$1" >>calls
[ $# -eq 1 ] && [ -s "$1/study.json" ] || echo "$1" >>early
times=$(printf %s "$1" | cksum)
if [ "$before" -lt $((${{times%% *}} % {most})) ]; then
  [ $((before % 2)) -eq {dies} ] && kill -KILL $$
  exit 1
fi
echo "$1" >>told
"""


def _command_line(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


class Hook:
    """`on_published` of one world."""

    def __init__(self, folder: Path, outbox: Path, source: random.Random):
        self._folder, self._outbox = folder, outbox
        folder.mkdir()
        for name in ("calls", "early", "told"):
            (folder / name).touch()
        most, dies = source.choice((2, 3)), source.choice((0, 1))
        self.command = folder / "hook"
        self.command.write_text(SCRIPT.format(folder=folder, most=most, dies=dies))
        self.command.chmod(0o755)

    def _lines(self, name: str) -> list[str]:
        return (self._folder / name).read_text().splitlines()

    @property
    def calls(self) -> int:
        return len(self._lines("calls"))

    @property
    def told(self) -> set[str]:
        """Results of which it was told, and said so by succeeding."""
        return set(self._lines("told"))

    @property
    def is_running(self) -> bool:
        """Also after the daemon that started it was killed."""
        return any(str(self.command).encode() in _command_line(path) for path in Path("/proc").glob("[0-9]*/cmdline"))

    def is_content(self) -> bool:
        """It succeeded for each result."""
        told = self.told
        return all(str(path) in told for path in results(self._outbox).values())

    def faults(self, lives: int) -> list[str]:
        """At the end. A daemon that ends before it wrote down a success has the command run again, so that it may
        succeed as often as daemons lived."""
        stands = {str(path) for path in results(self._outbox).values()}
        told = Counter(self._lines("told"))
        faults = [f"the hook was not told of {Path(path).name}" for path in stands - told.keys()]
        faults += [f"the hook was told of {path}, which is no result" for path in told.keys() - stands]
        faults += [f"the hook was told too early, or wrongly: {path}" for path in self._lines("early")]
        return faults + [
            f"the hook was told {count} times of {Path(path).name} by {lives} daemons"
            for path, count in told.items() if count > lives
        ]  # fmt: skip
