#!/usr/bin/env python3
"""Compares a written object with the DICOM files that it was made from, and has dciodvfy judge it.

    check_against_sources.py REPORT.dcm SOURCE.dcm...

Patient and study have to be those of the source, every source has to be among the evidence, and dciodvfy may
complain of nothing but values that the source already has: an identity is never altered to silence a validator.
Exit status 1 and a line for each violation otherwise.
"""

import argparse
import re
import shutil
import subprocess
import sys

import pydicom

COPIED = ["PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID",
          "StudyDate", "StudyTime", "AccessionNumber", "StudyID", "ReferringPhysicianName", "StudyDescription"]
# dciodvfy names what it misses for a DICOMDIR by the attribute's name.
MISSED = {"Study ID": "StudyID", "Study Date": "StudyDate", "Study Time": "StudyTime", "Patient ID": "PatientID"}
# Said once more after a complaint that names its value.
SUMMARY = "Dicom dataset contains invalid data values for Value Representations"


def text(dataset, keyword):
    return str(dataset.get(keyword) or "")


def differences(report, sources):
    for keyword in COPIED:
        for source in sources:
            if text(report, keyword) != text(source, keyword):
                yield f"{keyword} differs from the source's"


def missing_evidence(report, sources):
    listed = {(series.SeriesInstanceUID, reference.ReferencedSOPInstanceUID)
              for study in report.get("CurrentRequestedProcedureEvidenceSequence", [])
              for series in study.ReferencedSeriesSequence
              for reference in series.ReferencedSOPSequence}
    for source in sources:
        if (source.SeriesInstanceUID, source.SOPInstanceUID) not in listed:
            yield "a source is not among the evidence"


def is_inherited(complaint, sources):
    """Whether a complaint is about a value that a source has, or about one that it does not have."""
    missed = re.search(r"needed to build DICOMDIR - (.*)$", complaint)
    if missed:
        keyword = MISSED.get(missed.group(1).strip())
        return keyword is not None and all(not text(source, keyword) for source in sources)
    value = re.search(r'UID - "([^"]*)"', complaint) or re.search(r"= <([^>]*)>", complaint)
    if not value:
        return False
    known = {text(source, keyword).strip() for source in sources
             for keyword in [*COPIED, "SOPInstanceUID", "SeriesInstanceUID"]}
    return value.group(1).strip() in known


def complaints_of_dciodvfy(path, sources):
    result = subprocess.run(["dciodvfy", path], capture_output=True, text=True, errors="replace", check=False)
    lines = {line.strip() for line in (result.stdout + result.stderr).splitlines()
             if line.startswith(("Error", "Warning"))}
    values = [line for line in lines if SUMMARY not in line]
    return [line for line in values if not is_inherited(line, sources)], len(values)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report")
    parser.add_argument("sources", nargs="+")
    arguments = parser.parse_args()
    if shutil.which("dciodvfy") is None:
        sys.exit("dciodvfy is not installed (Debian: dicom3tools)")
    report = pydicom.dcmread(arguments.report)
    sources = [pydicom.dcmread(path, stop_before_pixels=True) for path in arguments.sources]
    violations = [*differences(report, sources), *missing_evidence(report, sources)]
    complaints, total = complaints_of_dciodvfy(arguments.report, sources)
    violations += complaints
    for violation in violations:
        print(violation, file=sys.stderr)
    print(f"{len(violations)} violations, {total - len(complaints)} complaints inherited from the sources")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
