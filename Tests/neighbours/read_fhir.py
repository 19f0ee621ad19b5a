#!/usr/bin/env python3
"""Validates fhir.json with two published models of FHIR R4B and compares it with study.json.

    read_fhir.py fhir.json study.json

The bundle has to parse as R4B with fhir.resources and with fhirpy-types-r4b. Beside that stand the rules of HL7's guide
for measurement reports (its profiles of Observation and Device) as far as R4B can follow them. Every number that
study.json does not withhold has to be there once. Exit status 1 and a line for each mismatch otherwise.
"""

import argparse
import json
import sys

import fhirpy_types_r4b
from fhir.resources.R4B.bundle import Bundle

DCM = "http://dicom.nema.org/resources/ontology/DCM"
GUIDE = "http://hl7.org/fhir/uv/dicom-sr/CodeSystem/dicom-identifier-type"
UCUM = "http://unitsofmeasure.org"
UID = "urn:dicom:uid"
GROUP = "125007"


def codings(concept):
    return {(coding.get("system"), coding.get("code")) for coding in (concept or {}).get("coding", [])}


def identifier_errors(identifier, system, code):
    if (system, code) not in codings(identifier.get("type")):
        yield f"an identifier is not of the type {code}"
    if identifier.get("system") != UID or not identifier.get("value", "").startswith("urn:oid:"):
        yield "an identifier is no DICOM UID"


def observation_errors(observation, urls):
    """Profiles imaging-measurement-group and imaging-measurement."""
    yield from identifier_errors(observation["identifier"][0], GUIDE, "observation-uid")
    (study,) = observation["partOf"]
    yield from identifier_errors(study["identifier"], DCM, "110180")
    if study["type"] != "ImagingStudy" or observation["subject"]["type"] != "Patient":
        yield "an observation has another study or subject than the guide allows"
    if "issued" not in observation and "_issued" not in observation:
        yield "an observation does not say when it was issued"
    if observation["device"]["reference"] not in urls:
        yield "an observation names a device that is not in the bundle"
    for order in observation.get("basedOn", []):
        if ("http://terminology.hl7.org/CodeSystem/v2-0203", "ACSN") not in codings(order["identifier"]["type"]):
            yield "an order is not named by its accession number"
    if (DCM, GROUP) in codings(observation["code"]):
        if "category" in observation:
            yield "a group's code is its category as well"
        if "valueCodeableConcept" not in observation:
            yield "a group has no finding"
        if any(member["reference"] not in urls for member in observation["hasMember"]):
            yield "a group has a member that is not in the bundle"
    elif observation["valueQuantity"]["system"] != UCUM:
        yield "a number has no unit of UCUM"
    if observation["status"] != "preliminary":
        yield "an observation claims to be final"


def model_errors(bundle):
    try:
        Bundle.model_validate(bundle)
    except ValueError as error:
        yield f"fhir.resources: {error}"
    for entry in bundle["entry"]:
        resource = entry["resource"]
        try:
            getattr(fhirpy_types_r4b, resource["resourceType"]).model_validate(resource)
        except ValueError as error:
            yield f"fhirpy-types-r4b: {error}"


def wanted(study):
    diameters = [(measurement["annulus_diameter_mm"], "mm") for clip in study["clips"]
                 for measurement in clip["measurements"]
                 if measurement["withheld"] is None and measurement.get("annulus_diameter_mm") is not None]
    return sorted(diameters + [(value["value"], value["unit"]) for value in study["study_measurements"]
                               if value["withheld"] is None])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle")
    parser.add_argument("study")
    arguments = parser.parse_args()
    with open(arguments.bundle, encoding="utf-8") as file:
        bundle = json.load(file)
    with open(arguments.study, encoding="utf-8") as file:
        study = json.load(file)
    complaints = list(model_errors(bundle))
    urls = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    if bundle["type"] != "transaction" or len(urls) != len(bundle["entry"]):
        complaints.append("the bundle is no transaction, or two entries share a name")
    observations = [value for value in urls.values() if value["resourceType"] == "Observation"]
    complaints += [error for value in observations for error in observation_errors(value, urls)]
    (report,) = [value for value in urls.values() if value["resourceType"] == "DiagnosticReport"]
    complaints += identifier_errors(report["imagingStudy"][0]["identifier"], DCM, "110180")
    if report["status"] != "preliminary" or (DCM, "126000") not in codings(report["code"]):
        complaints.append("the report is not a preliminary Imaging Measurement Report")
    members = {member["reference"] for value in observations for member in value.get("hasMember", [])}
    named = {result["reference"] for result in report.get("result", [])}
    if named | members != {url for url, value in urls.items() if value["resourceType"] == "Observation"}:
        complaints.append("the report does not name every observation")
    found = sorted((value["valueQuantity"]["value"], value["valueQuantity"]["code"]) for value in observations
                   if "valueQuantity" in value)
    if found != wanted(study):
        complaints.append(f"the bundle has {found}, study.json {wanted(study)}")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"{len(observations)} observations, {len(complaints)} mismatches")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
