#!/usr/bin/env python3
"""Reads the patient's name from DICOM objects with pydicom.

    read_name.py NAME OBJECT.dcm...

Exit status 1 and a line for each object that has another name than NAME, or one that its character set does not explain.
"""

import sys
import warnings

import pydicom


def main(expected, *paths):
    wrong = 0
    for path in paths:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            name = str(pydicom.dcmread(path, stop_before_pixels=True).PatientName)
        if name != expected or said:
            wrong += 1
            print(f"{path}: {name.encode('unicode_escape').decode()}", *(warning.message for warning in said))
    return 1 if wrong or len(paths) < 2 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
