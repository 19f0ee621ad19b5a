"""What the shim is to do, in memory that the daemon shares: see fault_shim.c."""

import errno
import mmap
import struct
from pathlib import Path

KINDS = (
    "open", "read", "write", "fsync", "rename", "unlink", "rmdir", "mkdir", "ftruncate", "stat", "opendir", "readdir",
    "statvfs", "fallocate", "futimens", "inotify", "spawn", "pipe",
)  # fmt: skip
PLACES = ("inbox", "spool", "outbox", "elsewhere")
ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EMFILE": errno.EMFILE, "EACCES": errno.EACCES}
FIELDS = (
    "active", "kinds", "places", "error", "skip", "every", "limit", "torn", "clock_offset_ms", "overflows", "matched",
    "injected",
)  # fmt: skip
FOREVER = 1 << 62


class Plan:
    """Fields are read from and written to the shared memory at once."""

    def __init__(self, path: Path):
        # And the offset of the time since the start, which is not used here.
        size = 8 * (len(FIELDS) + len(KINDS) + 1)
        path.write_bytes(bytes(size))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), size)
        self.path = path

    def _get(self, index: int) -> int:
        return struct.unpack_from("<q", self._memory, 8 * index)[0]

    def __getitem__(self, field: str) -> int:
        return self._get(FIELDS.index(field))

    def __setitem__(self, field: str, value: int) -> None:
        struct.pack_into("<q", self._memory, 8 * FIELDS.index(field), value)

    def arm(self, kinds, places, error: str, skip: int = 0, every: int = 1, limit: int = 1, torn: bool = False) -> None:
        """From now on calls of those kinds in those places fail."""
        self["active"] = 0
        self["kinds"] = sum(1 << KINDS.index(kind) for kind in kinds)
        self["places"] = sum(1 << PLACES.index(place) for place in places)
        self["error"], self["torn"] = ERRORS[error], int(torn)
        self["skip"], self["every"], self["limit"] = skip, every, limit
        self["matched"] = self["injected"] = 0
        struct.pack_into(f"<{len(KINDS)}q", self._memory, 8 * len(FIELDS), *[0] * len(KINDS))
        self["active"] = 1

    def disarm(self) -> dict[str, int]:
        """The plan ends. What failed meanwhile, by kind."""
        self["active"] = 0
        counts = {kind: self._get(len(FIELDS) + index) for index, kind in enumerate(KINDS)}
        return {kind: count for kind, count in counts.items() if count}
