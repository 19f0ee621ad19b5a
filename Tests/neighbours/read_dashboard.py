#!/usr/bin/env python3
"""Reads a Grafana dashboard into the types that Grafana's makers derive from its schema, and writes it again.

    read_dashboard.py DASHBOARD.json

Exit status 1 and a line for each value that did not come back as it was: one that the schema does not have.
"""

import json
import sys

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import dashboard


def differences(before, after, place):
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            yield from differences(value, after.get(key), f"{place}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{place}[{index}]")
    elif before != after:
        yield f"{place}: {before!r} came back as {after!r}"


def main(path):
    with open(path, encoding="utf-8") as file:
        before = json.load(file)
    # Without them panels and queries would be kept as they are, whatever is in them.
    register_default_plugins()
    after = json.loads(json.dumps(dashboard.Dashboard.from_json(before), cls=JSONEncoder))
    found = list(differences(before, after, "dashboard"))
    print(*found, f"{len(before['panels'])} panels, {len(found)} differences", sep="\n")
    return 1 if found or not before["panels"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
