#!/usr/bin/env python3
"""Reads a printed report and the object that it is encapsulated in.

    read_pdf.py OBJECT [PDF [STUDY.json]]

pydicom takes the document out of the object, which has to be the PDF to the last byte; poppler and mupdf open it, and
find each number of the record. Exit status 1 and a line for each fault.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
from decimal import ROUND_HALF_UP, Decimal

import pydicom

ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"


def words_of(*command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace",
                            check=False)
    if result.returncode or "rror" in result.stderr:
        yield from (f"{command[0]}: {line}" for line in result.stderr.splitlines() or ["failed"])
    words_of.text = re.sub(r"\s+", " ", result.stdout)


def faults(path, pdf, record):
    dataset = pydicom.dcmread(path)
    if dataset.SOPClassUID != ENCAPSULATED_PDF or dataset.MIMETypeOfEncapsulatedDocument != "application/pdf":
        yield "it is no encapsulated PDF"
    document = dataset.EncapsulatedDocument[:dataset.EncapsulatedDocumentLength]
    if dataset.VerificationFlag != "UNVERIFIED" or dataset.BurnedInAnnotation != "YES":
        yield "it does not say that nobody verified it, or that it shows the patient's name"
    if pdf and document != pdf.read_bytes():
        yield "the document is not the file beside it"
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "report.pdf"
        copy.write_bytes(document)
        for reader in [("pdftotext", "-layout", copy, "-"), ("mutool", "draw", "-F", "txt", copy)]:
            yield from words_of(*reader)
            text = words_of.text
            if "Research use only. Not for diagnosis." not in text:
                yield f"{reader[0]} does not find the disclaimer"
            if record:
                yield from missing(text, json.loads(record.read_text(encoding="utf-8")), reader[0])


def rounded(value):
    """Half away from zero, as the page rounds."""
    return str(Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def missing(text, study, reader):
    units = {"cm2": "cm²", "mL/m2": "mL/m²", "{H.B.}/min": "beats/min"}
    for measure in study["study_measurements"]:
        if measure["value"] is None:
            continue
        number = f"{rounded(measure['value'])} {units.get(measure['unit'], measure['unit'])}"
        if not re.search(re.escape(measure["name"]) + r" (\d+ )?" + re.escape(number), text):
            yield f"{reader} does not find {measure['name']} {number}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("object", type=pathlib.Path)
    parser.add_argument("pdf", type=pathlib.Path, nargs="?")
    parser.add_argument("record", type=pathlib.Path, nargs="?")
    arguments = parser.parse_args()
    found = list(faults(arguments.object, arguments.pdf, arguments.record))
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
