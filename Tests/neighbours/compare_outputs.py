#!/usr/bin/env python3
"""Compares every output of a study that has numbers with its study.json, to the last digit.

    compare_outputs.py STUDY_FOLDER

Read are report.dcm, echo.dcm, fhir.json, index.html, report.pdf (by poppler) and the study's line of the outbox's
measurements.csv; all of them have to be there. Each number that study.json gives has to be in each of them under its
own name, and nothing that it withholds. The printed report rounds to one decimal, so that there it is the rounded
number. report.dcm has diameters by frame, not as the means of beats, and nothing that the standard has no code for.
Exit status 1 and a line for each mismatch.
"""

import argparse
import csv
import html
import json
import pathlib
import re
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal

import pydicom

UNITS = {"cm2": "cm²", "mL/m2": "mL/m²", "{H.B.}/min": "beats/min"}
TRACKING, SHORT_LABEL, DIAMETER = "112039", "125309", "Mitral annulus diameter"


def name(item):
    return item.ConceptNameCodeSequence[0]


def number(item):
    value = item.MeasuredValueSequence[0]
    return Decimal(str(value.NumericValue)), value.MeasurementUnitsCodeSequence[0].CodeValue


def containers(item):
    for child in item.get("ContentSequence", []):
        if child.ValueType == "CONTAINER":
            yield child
            yield from containers(child)


def in_report(folder, _study):
    """Groups of the study's numbers: the tracking identifier is the measure's name."""
    found = {}
    for group in containers(pydicom.dcmread(folder / "report.dcm")):
        tracked = [child.TextValue for child in group.ContentSequence
                   if child.ValueType == "TEXT" and name(child).CodeValue == TRACKING]
        numbers = [number(child) for child in group.ContentSequence if child.ValueType == "NUM"]
        if tracked and len(numbers) == 1:
            found[tracked[0]] = numbers[0]
    return found


def in_echo(folder, study):
    """Told by concept and modifiers through the code that the record gives, and by value where two share it."""
    numbers = [(name(child), number(child)) for section in pydicom.dcmread(folder / "echo.dcm").ContentSequence
               if section.ValueType == "CONTAINER" for child in section.ContentSequence]
    found = {}
    for measure in study:
        code = (measure["code"] or [None, None])[:2]
        match = next((entry for entry in numbers
                      if entry[0].CodeMeaning == measure["name"]
                      or ([entry[0].CodeValue, entry[0].CodingSchemeDesignator] == code
                      and entry[1] == wanted(measure))), None)
        if match:
            numbers.remove(match)
            found[measure["name"]] = match[1]
    for concept, value in numbers:
        found[concept.CodeMeaning] = value
    return found


def in_fhir(folder, _study):
    text = (folder / "fhir.json").read_text(encoding="utf-8")
    bundle = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    found = {}
    for entry in bundle["entry"]:
        resource = entry["resource"]
        quantity = resource.get("valueQuantity")
        if quantity and resource["code"].get("text"):
            found[resource["code"]["text"]] = (quantity["value"], quantity["code"])
    return found


def in_table(folder, study):
    with open(folder.parent / "measurements.csv", encoding="utf-8", newline="") as file:
        (line,) = [row for row in csv.DictReader(file) if row["study_uid"] == folder.name.split(".r")[0]]
    found = {}
    for measure in study:
        text = line[f"{measure['name']} ({measure['unit']})"]
        if text:
            found[measure["name"]] = (Decimal(text), measure["unit"])
    return found


def in_page(folder, _study):
    page = (folder / "index.html").read_text(encoding="utf-8")
    table = page.partition('<table class="measures')[2].partition("</table>")[0]
    found = {}
    for row in re.findall(r"<tr.*?</tr>", table, re.S):
        match = re.search(r'<th scope="row">(.*?)</th>.*?<data value="(.*?)">(.*?)</data>', row, re.S)
        if match:
            shown = match[3].replace("−", "-").rsplit(" ", 1)
            value = Decimal(match[2])
            if Decimal(shown[0]) != rounded(value):
                found[match[1]] = (f"shown as {shown[0]}", shown[1])
            else:
                unit = {text: code for code, text in UNITS.items()}.get(shown[1], shown[1])
                found[html.unescape(match[1])] = (value, unit)
    return found


def in_print(folder, study):
    result = subprocess.run(["pdftotext", "-layout", folder / "report.pdf", "-"], capture_output=True, text=True,
                            check=True)
    text = re.sub(r"\s+", " ", result.stdout)
    found = {}
    for measure in study:
        unit = UNITS.get(measure["unit"], measure["unit"])
        match = re.search(re.escape(measure["name"]) + r" (?:\d+ )?(-?\d+\.\d) " + re.escape(unit), text)
        if match:
            exact = wanted(measure)
            isright = exact is not None and rounded(exact[0]) == Decimal(match[1])
            found[measure["name"]] = exact if isright else (Decimal(match[1]), measure["unit"])
    return found


def rounded(value):
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def wanted(measure):
    return None if measure["value"] is None else (measure["value"], measure["unit"])


READERS = {"report.dcm": in_report, "echo.dcm": in_echo, "fhir.json": in_fhir, "measurements.csv": in_table,
           "index.html": in_page, "report.pdf": in_print}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder.resolve()
    text = (folder / "study.json").read_text(encoding="utf-8")
    study = json.loads(text, parse_float=Decimal, parse_int=Decimal)["study_measurements"]
    mismatches = compared = 0
    for output, reader in READERS.items():
        found = reader(folder, study)
        for measure in study:
            key = measure["name"]
            if output == "report.dcm" and (key.startswith(DIAMETER) or measure["code"] is None):
                continue
            compared += 1
            if found.get(key) != wanted(measure):
                mismatches += 1
                print(f"{output}: {key} is {found.get(key)}, in study.json {wanted(measure)}", file=sys.stderr)
    print(f"{compared} numbers compared, {mismatches} mismatches")
    return 1 if mismatches or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
