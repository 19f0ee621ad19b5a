#!/usr/bin/env python3
"""Has PixelMed's validators judge DICOM objects (Debian package libpixelmed-java).

    judge_by_pixelmed.py OBJECT.dcm...

Structured reports are judged by DicomSRValidator against their IOD and their template, segmentations by
DicomInstanceValidator; of other objects PixelMed knows no rules, which is said. It may complain of nothing but what
allowed_pixelmed.txt lists with its reason. Exit status 1 and a line for each other complaint.
"""

import argparse
import pathlib
import re
import subprocess
import sys

import pydicom

HERE = pathlib.Path(__file__).resolve().parent
# The rules are larger than what Java's XSLT compiler takes by default.
JAVA = ["java", "-Djdk.xml.xpathExprOpLimit=0", "-Djdk.xml.xpathTotalOpLimit=0", "-Djdk.xml.xpathExprGrpLimit=0",
        "-cp", "/usr/share/java/*"]
REPORTS = {"1.2.840.10008.5.1.4.1.1.88.33", "1.2.840.10008.5.1.4.1.1.88.34", "1.2.840.10008.5.1.4.1.1.88.59"}
SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
COMPLETE = re.compile("(IOD|Root Template) [Vv]alidation [Cc]omplete")


def allowed():
    lines = (HERE / "allowed_pixelmed.txt").read_text(encoding="utf-8").splitlines()
    return [re.compile(line) for line in lines if line and not line.startswith("#")]


def validator(dataset):
    if dataset.SOPClassUID in REPORTS:
        return "DicomSRValidator"
    return "DicomInstanceValidator" if dataset.SOPClassUID == SEGMENTATION else None


def said_of(path, name):
    result = subprocess.run([*JAVA, f"com.pixelmed.validate.{name}", path], capture_output=True, text=True,
                            errors="replace", check=False)
    return (result.stdout + result.stderr).splitlines()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("objects", nargs="+")
    arguments = parser.parse_args()
    patterns = allowed()
    faults = judged = unknown = listed = 0
    for path in arguments.objects:
        name = validator(pydicom.dcmread(path, stop_before_pixels=True))
        if name is None:
            unknown += 1
            continue
        judged += 1
        lines = said_of(path, name)
        complaints = [line for line in lines if line.startswith(("Error", "Warning"))]
        others = [line for line in complaints if not any(pattern.search(line) for pattern in patterns)]
        listed += len(complaints) - len(others)
        if not any(COMPLETE.search(line) for line in lines):
            others.append("the validation did not come to its end: " + " ".join(lines[-3:]))
        for line in others:
            faults += 1
            print(f"{pathlib.Path(path).name}: {line}", file=sys.stderr)
    print(f"PixelMed: {judged} objects judged, {unknown} of kinds that it does not know, {listed} listed complaints, "
          f"{faults} others")
    return 1 if faults or not judged else 0


if __name__ == "__main__":
    sys.exit(main())
