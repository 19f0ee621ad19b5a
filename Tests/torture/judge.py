"""The torture's checker for a test of the suite: says what was lost, doubled or half published, a sentence a line.

    judge.py SCENE.json          everything is at its end
    judge.py --look SCENE.json   at any moment: what is half published

The scene: `inbox`, `outbox`, `spool` (paths), `settings` (keys of the configuration), `drops` (a list of `study`,
`instance`, `sha256`, `status`), and `seen`, a file that keeps what was published from one call to the next. Exit
status 0: an answer was given, with or without sentences.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from checker import Checker


@dataclass
class Drop:
    study: str
    instance: str
    sha256: str
    status: str | None


@dataclass
class Scene:
    inbox: Path
    outbox: Path
    spool: Path
    settings: dict
    drops: list[Drop]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--look", action="store_true")
    parser.add_argument("scene", type=Path)
    options = parser.parse_args()
    told = json.loads(options.scene.read_text())
    folders = {name: Path(told[name]) for name in ("inbox", "outbox", "spool")}
    for name, folder in folders.items():
        if not folder.is_dir():
            print(f"the {name} is not there")
            return 0
    scene = Scene(**folders, settings=told["settings"], drops=[Drop(**drop) for drop in told["drops"]])
    seen = Path(told["seen"])
    checker = Checker(scene, json.loads(seen.read_text()) if seen.exists() else None)
    sentences = checker.look() if options.look else checker.judge().sentences
    seen.write_text(json.dumps(checker.seen))
    for sentence in sentences:
        print(sentence)
    return 0


if __name__ == "__main__":
    sys.exit(main())
