#!/usr/bin/env python3
"""Reads a TID 1500 report back with dcmqi and compares it with study.json.

    read_by_dcmqi.py REPORT.dcm study.json

Every measurement group has to be found under its tracking identifiers, every diameter and number of the study with its
value. (dcmqi's reader of segmentations needs the orientation of the plane in the patient, which ultrasound has not.)
Exit status 1 and a line for each mismatch otherwise.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import dcmqi

# Codes of numbers that a report gives beside the measures: certainty, and the ranges of an expected error.
BESIDE = {"111012", "371885007", "371886008"}


def reader():
    (program,) = pathlib.Path(dcmqi.__file__).parent.glob("bin/tid1500reader*")
    return program


def measurements(report):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "measurements.json"
        result = subprocess.run([reader(), "--inputDICOM", report, "--outputMetadata", path], capture_output=True,
                                text=True, errors="replace", check=False)
        if not path.is_file():
            sys.exit(f"dcmqi cannot read the report: {result.stderr.strip() or result.stdout.strip()}")
        return json.loads(path.read_text(encoding="utf-8")).get("Measurements", [])


def wanted(study):
    """What dcmqi has to find, as numbers of two decimals, sorted."""
    numbers = [measurement["annulus_diameter_mm"] for clip in study["clips"] for measurement in clip["measurements"]
               if measurement["withheld"] is None and measurement.get("annulus_diameter_mm") is not None]
    groups = [value for value in study["study_measurements"] if value["withheld"] is None and value.get("code")]
    diameters = {"80051-6", "80050-8", "81827009"}
    return sorted(numbers + [value["value"] for value in groups if value["code"][0] not in diameters])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report")
    parser.add_argument("study")
    arguments = parser.parse_args()
    with open(arguments.study, encoding="utf-8") as file:
        study = json.load(file)
    groups = measurements(arguments.report)
    tracking = [group.get("TrackingUniqueIdentifier") for group in groups]
    found = sorted(float(item["value"]) for group in groups for item in group.get("measurementItems", [])
                   if item["quantity"]["CodeValue"] not in BESIDE)
    complaints = []
    if None in tracking or len(set(tracking)) != len(tracking):
        complaints.append("a group has no tracking identifier of its own")
    if [round(value, 2) for value in found] != [round(value, 2) for value in wanted(study)]:
        complaints.append(f"dcmqi finds the numbers {found}, study.json has {wanted(study)}")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"dcmqi: {len(groups)} groups, {len(found)} numbers, {len(complaints)} mismatches")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
