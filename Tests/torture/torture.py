"""Tortures the real daemon and counts what comes of it: scripts/torture starts this."""

import argparse
import functools
import shutil
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

import calls
import inboxes
import kills
import orders
import owners
import poison
import power
import shares
import soak
import upgrade
from tally import Tally, Trial
from world import Tools

#: What a lane does next, as often as it is named here.
MIX = ["kills", "calls", "orders", "power"] * 3 + ["kills", "calls", "upgrade", "kills", "inboxes", "shares", "poison"]
CAMPAIGNS = {
    "calls": calls, "inboxes": inboxes, "kills": kills, "orders": orders, "owners": owners, "poison": poison, "power": power,
    "shares": shares, "soak": soak, "upgrade": upgrade,
}  # fmt: skip


def main() -> int:
    options = parsed()
    state = Path(options.state)
    state.mkdir(parents=True, exist_ok=True)
    tally = Tally(state / "torture.json", options.seed, options.resume)
    with tempfile.TemporaryDirectory(prefix="torture-", dir=options.dir) as folder:
        elsewhere = options.elsewhere if options.elsewhere and is_elsewhere(folder, options.elsewhere) else None
        tools = Tools(options.program, options.shim, folder, elsewhere, options.older, options.share)
        if options.replay:
            replay(tools, tally, options)
        else:
            run(tools, tally, options)
            tally.content["problems"] += power.doubts(tally.content["rows"])
        for world in list(tools.worlds.values()):
            world.remove()
    tally.save()
    print(tally.table())
    for name, value in sorted(tally.content["figures"].items()):
        if not isinstance(value, list):
            print(f"{name}: {value}")
    for problem in tally.content["problems"]:
        print(f"FAULT {problem}")
    print(f"{tally.content['seconds']} s in all; figures and the logs of worlds with faults are in {state}")
    return 1 if tally.content["problems"] else 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20, help="how long faults are made (20)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--replay", metavar="SEED:TRIAL", help="one trial again, as the folder of a fault names it")
    parser.add_argument("--times", type=int, default=1, help="how often it is repeated (1)")
    parser.add_argument("--resume", action="store_true", help="go on with the counts of the last run")
    parser.add_argument("--only", help="campaigns, by comma: " + ", ".join(CAMPAIGNS))
    parser.add_argument("--lanes", type=int, default=4, help="worlds side by side (4)")
    parser.add_argument("--state", default=".build/torture", help="where counts and logs go (.build/torture)")
    parser.add_argument("--dir", help="where the worlds are made; a file system in memory saves the syncs")
    parser.add_argument("--elsewhere", default="/tmp", help="a folder on another file system, for some inboxes (/tmp)")
    parser.add_argument("--older", help="a program of an earlier version, for `upgrade`")
    parser.add_argument("--share", help=argparse.SUPPRESS)
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--shim", required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def is_elsewhere(folder: str, other: str) -> bool:
    return Path(folder).stat().st_dev != Path(other).stat().st_dev


def run(tools: Tools, tally: Tally, options: argparse.Namespace) -> None:
    """Lanes side by side until the time is over; soak and owners have lanes of their own."""
    end = time.monotonic() + 60 * options.minutes
    chosen = options.only.split(",") if options.only else list(CAMPAIGNS)
    mix = [name for name in MIX if name in chosen]
    own = [name for name in ("owners", "soak") if name in chosen]
    lanes = own + [None] * (options.lanes if mix else 0)
    threads = [
        threading.Thread(target=functools.partial(lane, tools, tally, options.seed, number, name, mix, end))
        for number, name in enumerate(lanes)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(2)
        tally.save()


def replay(tools: Tools, tally: Tally, options: argparse.Namespace) -> None:
    seed, _, name = options.replay.partition(":")
    campaign, _, number = name.rpartition("-")
    if campaign not in CAMPAIGNS or not number.isdigit():
        sys.exit(f"--replay: {options.replay} is not SEED:CAMPAIGN-NUMBER, as in 1:kills-7; a fault's folder has it")
    for _ in range(options.times):
        attempt(tools, Trial(tally, seed, campaign, int(number)), tally, lambda: False)


def lane(
    tools: Tools, tally: Tally, seed: int, number: int, own: str | None, mix: list[str], end: float
) -> None:
    def is_over() -> bool:
        return time.monotonic() > end or shutil.disk_usage(tools.folder).free < 1 << 28

    # Each lane begins with another campaign.
    kinds = list(dict.fromkeys(mix))
    turn = mix.index(kinds[number % len(kinds)]) if mix else 0
    while not is_over():
        name = own or mix[turn % len(mix)]
        turn += 1
        attempt(tools, Trial(tally, str(seed), name, tally.next(f"trial of {name}")), tally, is_over)
        if own:
            return


def attempt(tools: Tools, trial: Trial, tally: Tally, is_over) -> None:
    try:
        CAMPAIGNS[trial.campaign].run(tools, trial, trial.source, is_over)
    except Exception:  # noqa: BLE001 - the harness's own fault must not pass for a clean run
        tally.content["problems"].append(f"{trial.command}: {traceback.format_exc()}")


if __name__ == "__main__":
    sys.exit(main())
