#!/usr/bin/env python3
"""Compares every code that the sources name with pydicom's tables of PS3.16 (pydicom.sr).

    check_codes.py SOURCES CODES.md

A code that pydicom does not have, or by another meaning, has to be listed in the document under "Not in pydicom's
tables". Exit status 1 and a line for each other one.
"""

import argparse
import pathlib
import re
import sys

from pydicom.sr._concepts_dict import concepts

LITERAL = re.compile(r'CodedConcept\(\s*"([^"]+)",\s*"(LN|SCT|DCM|UMLS|UCUM)",\s*"([^"]+)"\s*\)')
TITLE = "## Not in pydicom's tables"


def meanings():
    """(scheme, value) -> the meanings that pydicom knows it by."""
    found = {}
    for scheme, words in concepts.items():
        for codes in words.values():
            for value, (meaning, _) in codes.items():
                found.setdefault((scheme, value), set()).add(meaning.casefold())
    return found


def named_in(folder):
    for path in sorted(folder.rglob("*.swift")):
        for value, scheme, meaning in LITERAL.findall(path.read_text(encoding="utf-8")):
            yield scheme, value, meaning


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", type=pathlib.Path)
    parser.add_argument("document", type=pathlib.Path)
    arguments = parser.parse_args()
    known = meanings()
    listed = set(re.findall(r"^\| (\S+) \| (\S+) \|", arguments.document.read_text(encoding="utf-8").split(TITLE)[1],
                            re.M))
    named = sorted(set(named_in(arguments.sources)))
    faults = [(scheme, value, meaning) for scheme, value, meaning in named
              if meaning.casefold() not in known.get((scheme, value), ()) and (value, scheme) not in listed]
    for scheme, value, meaning in faults:
        print(f"({value}, {scheme}, {meaning}): pydicom has {known.get((scheme, value)) or 'no such code'}",
              file=sys.stderr)
    print(f"{len(named)} codes, {len(faults)} that are neither pydicom's nor listed")
    return 1 if faults or not named else 0


if __name__ == "__main__":
    sys.exit(main())
