#!/usr/bin/env python3
"""Takes DICOM objects to the DICOM JSON model (PS3.18 annex F) and back by pydicom: nothing may change.

    round_trip_json.py OBJECT.dcm...

Pixels and documents go by base64 within the text. Exit status 1 and a line for each element that is another one.
"""

import argparse
import json
import pathlib
import sys

import pydicom
from pydicom.dataset import Dataset


def differences(before, after, place=""):
    for tag in sorted(set(before.keys()) | set(after.keys())):
        if tag not in before or tag not in after:
            yield f"{place}{tag} is {'lost' if tag in before else 'new'}"
        elif before[tag].VR == "SQ":
            if len(before[tag].value) != len(after[tag].value):
                yield f"{place}{tag} has another number of items"
            for index, (one, other) in enumerate(zip(before[tag].value, after[tag].value)):
                yield from differences(one, other, f"{place}{tag}[{index}].")
        elif before[tag].VR != after[tag].VR or (before[tag].value or None) != (after[tag].value or None):
            yield f"{place}{tag} has changed"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("objects", nargs="+", type=pathlib.Path)
    faults = 0
    objects = parser.parse_args().objects
    for path in objects:
        before = pydicom.dcmread(path)
        text = json.dumps(before.to_json_dict(bulk_data_threshold=1 << 40))
        for line in differences(before, Dataset.from_json(text)):
            faults += 1
            print(f"{path.name}: {line}", file=sys.stderr)
    print(f"{len(objects)} objects went to JSON and back, {faults} differences")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
