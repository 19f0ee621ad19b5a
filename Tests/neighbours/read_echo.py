#!/usr/bin/env python3
"""Reads an echo report (TID 5300) with highdicom's and pydicom's code tables and compares it with study.json.

    read_echo.py echo.dcm study.json

Every number of the study that has a value has to be there once, with its value and unit, and no other: the pre-coordinated ones under a code of CID 12300, the others with type, observation, property and site of CID 12302 to
12305. Exit status 1 and a line for each mismatch otherwise.
"""

import argparse
import json
import sys

import highdicom as hd
import pydicom
from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts

PRE, POST, ADHOC = "125301", "125302", "125303"
SHORT_LABEL, SITE = "125309", "363698007"
# Modifiers that TID 5302 asks for, and the context groups of their values.
NEEDED = {"125306": 12303, "125305": 12302, "125307": 12304, SITE: 12305}


def codes_of(group):
    """Codes of a context group as (scheme, value)."""
    return {(scheme, value) for scheme, keywords in cid_concepts[group].items() for keyword in keywords
            for value in concepts[scheme][keyword]}


def code(item):
    return item.CodingSchemeDesignator, item.CodeValue


def name(item):
    return item.ConceptNameCodeSequence[0]


def label(item):
    (text,) = [child.TextValue for child in item.ContentSequence if name(child).CodeValue == SHORT_LABEL]
    return text


def modifiers(item):
    return {name(child).CodeValue: code(child.ConceptCodeSequence[0]) for child in item.ContentSequence
            if child.RelationshipType == "HAS CONCEPT MOD" and child.ValueType == "CODE"}


def measured(item):
    value = item.MeasuredValueSequence[0]
    return float(value.NumericValue), value.MeasurementUnitsCodeSequence[0].CodeValue


def content_errors(sections):
    for item in sections.get(PRE, []):
        if code(name(item)) not in codes_of(12300):
            yield f"{name(item).CodeMeaning} is no core echo measurement"
        allowed = {"121401"}
        if set(modifiers(item)) - allowed:
            yield f"{name(item).CodeMeaning} is pre-coordinated and has modifiers"
    for item in sections.get(POST, []):
        stated = modifiers(item)
        for concept, group in NEEDED.items():
            if stated.get(concept) not in codes_of(group):
                yield f"{name(item).CodeMeaning}: {concept} is {stated.get(concept)}, which CID {group} does not list"
        if "370129005" in stated and stated["370129005"] not in codes_of(12227):
            yield f"{name(item).CodeMeaning} has an unknown method"
    for items in sections.values():
        for item in items:
            if not 1 <= len(label(item)) <= 16:
                yield f"{name(item).CodeMeaning} has the label {label(item)}"
            if not any(child.ValueType == "IMAGE" for child in item.ContentSequence):
                yield f"{name(item).CodeMeaning} names no image"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report")
    parser.add_argument("study")
    arguments = parser.parse_args()
    dataset = pydicom.dcmread(arguments.report)
    hd.sr.ComprehensiveSR.from_dataset(dataset, copy=True)
    with open(arguments.study, encoding="utf-8") as file:
        study = json.load(file)
    sections = {name(item).CodeValue: list(item.ContentSequence) for item in dataset.ContentSequence
                if item.ValueType == "CONTAINER"}
    complaints = list(content_errors(sections))
    items = [item for section in sections.values() for item in section]
    found = sorted(measured(item) for item in items)
    wanted = sorted((value["value"], value["unit"]) for value in study["study_measurements"]
                    if value["withheld"] is None)
    if found != wanted:
        complaints.append(f"the report has {found}, study.json {wanted}")
    if (dataset.ContentTemplateSequence[0].TemplateIdentifier, code(name(dataset))) != ("5300", ("DCM", "125200")):
        complaints.append("the report has another title or template")
    if dataset.VerificationFlag != "UNVERIFIED":
        complaints.append("the report claims to be verified")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"{len(items)} measurements, {len(complaints)} mismatches")
    return 1 if complaints or not items else 0


if __name__ == "__main__":
    sys.exit(main())
