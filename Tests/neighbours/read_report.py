#!/usr/bin/env python3
"""Reads a report with highdicom and compares it with study.json.

    read_report.py REPORT.dcm study.json

Every hinge point, outline, frame and diameter of study.json has to be found in the report, points to 0.01 pixel and
diameters to 0.01 mm, and the report may hold no other. Exit status 1 and a line for each mismatch otherwise.
"""

import argparse
import json
import sys

import highdicom as hd
import pydicom
from highdicom.sr import RelationshipTypeValues, ValueTypeValues
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

PIXEL_TOLERANCE = 0.01
MILLIMETRE_TOLERANCE = 0.0101
DIAMETERS = {
    Code("80051-6", "LN", ""): ("ED", "A4C"),
    Code("80050-8", "LN", ""): ("ED", "A2C"),
    codes.SCT.Diameter: (None, None),
}
CYCLE_POINT = Code("272518008", "SCT", "")
PHASES = {codes.SCT.EndDiastole: "ED", codes.SCT.EndSystole: "ES"}
# SCOORD counts from the corner of the top left pixel, study.json from its centre.
CORNER_TO_CENTRE = 0.5


def referenced_frame(coordinates):
    """(SOPInstanceUID, 0-based frame) that an SCOORD is selected from."""
    reference = coordinates.ContentSequence[0].ReferencedSOPSequence[0]
    return reference.ReferencedSOPInstanceUID, int(reference.ReferencedFrameNumber) - 1


def points_of(coordinates):
    return [(x - CORNER_TO_CENTRE, y - CORNER_TO_CENTRE) for x, y in coordinates.value.reshape(-1, 2)]


def expected(study):
    """What the report has to hold: [(clip, frame, points)] of points and outlines, [(clip, frame, phase, mm, ends)]."""
    regions, diameters = [], []
    for clip in study["clips"]:
        uid = clip["sop_instance_uid"]
        for measurement in clip["measurements"]:
            frame = measurement["frame"]
            ends = [(point["x"], point["y"]) for point in measurement["hinge_points"]]
            regions += [(uid, frame, [end]) for end in ends]
            lines = measurement.get("contours", {}).values()
            regions += [(uid, frame, [tuple(point) for point in [*line, line[0]]]) for line in lines if line]
            if measurement["withheld"] is None and measurement.get("annulus_diameter_mm") is not None:
                diameters.append((uid, frame, measurement["phase"], measurement["annulus_diameter_mm"], ends))
    return regions, diameters


def regions_in(report):
    """[(clip, frame, points)] of the planar ROI groups, by highdicom's own search."""
    found = []
    for group in report.content.get_planar_roi_measurement_groups():
        region = group.roi
        points = points_of(region)
        is_point = region.graphic_type == hd.sr.GraphicTypeValues.POINT
        assert is_point or region.graphic_type == hd.sr.GraphicTypeValues.POLYLINE, region.graphic_type
        assert len(points) == 1 if is_point else points[0] == points[-1], "an outline is not closed"
        found.append((*referenced_frame(region), points))
    return found


def diameters_in(report):
    """[(clip, frame, phase, mm, ends)] of the measurement groups."""
    found = []
    for group in report.content.get_image_measurement_groups():
        for measurement in group.get_measurements():
            if measurement.name not in DIAMETERS:
                continue
            assert measurement.unit == codes.UCUM.Millimeter, measurement.unit
            phase, _ = DIAMETERS[measurement.name]
            modifiers = {item.name: item.value for item in measurement[0].ContentSequence
                         if item.relationship_type == RelationshipTypeValues.HAS_CONCEPT_MOD}
            if CYCLE_POINT not in modifiers:
                continue  # A measure of the whole study. Were it a frame's, the frame's would be missing below.
            stated = PHASES[modifiers[CYCLE_POINT]]
            assert phase in (None, stated), "the concept's phase and the cycle point disagree"
            (line,) = [item for item in measurement[0].ContentSequence
                       if item.value_type == ValueTypeValues.SCOORD]
            found.append((*referenced_frame(line), stated, measurement.value, points_of(line)))
    return found


def close(a, b, tolerance):
    return abs(a - b) <= tolerance


def same_point(a, b):
    return all(close(p, q, PIXEL_TOLERANCE) for p, q in zip(a, b))


def same_region(a, b):
    return a[:2] == b[:2] and len(a[2]) == len(b[2]) and all(same_point(p, q) for p, q in zip(a[2], b[2]))


def same_diameter(a, b):
    return (a[:3] == b[:3] and close(a[3], b[3], MILLIMETRE_TOLERANCE)
            and all(same_point(p, q) for p, q in zip(a[4], b[4])))


def compare(name, wanted, found, same):
    """Pairs them off; one line for each that has no partner."""
    left = list(found)
    complaints = []
    for item in wanted:
        partner = next((candidate for candidate in left if same(item, candidate)), None)
        if partner is None:
            complaints.append(f"{name} of study.json is not in the report: {item}")
        else:
            left.remove(partner)
    return complaints + [f"{name} of the report is not in study.json: {item}" for item in left]


def check(report, study):
    regions, diameters = expected(study)
    complaints = compare("hinge point or outline", regions, regions_in(report), same_region)
    complaints += compare("diameter", diameters, diameters_in(report), same_diameter)
    uids = [group[0].ContentSequence for group in report.content.get_planar_roi_measurement_groups()]
    tracking = [item.UID for group in uids for item in group if "UID" in item]
    if len(set(tracking)) != len(tracking):
        complaints.append("two groups share a tracking UID")
    if report.VerificationFlag != "UNVERIFIED":
        complaints.append("the report claims to be verified")
    if report.StudyInstanceUID != study["study"]["uid"]:
        complaints.append("the report belongs to another study")
    return complaints, len(regions), len(diameters)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report")
    parser.add_argument("study")
    arguments = parser.parse_args()
    dataset = pydicom.dcmread(arguments.report)
    factory = {
        "1.2.840.10008.5.1.4.1.1.88.33": hd.sr.ComprehensiveSR,
        "1.2.840.10008.5.1.4.1.1.88.34": hd.sr.Comprehensive3DSR,
    }[dataset.SOPClassUID]
    with open(arguments.study, encoding="utf-8") as file:
        study = json.load(file)
    complaints, regions, diameters = check(factory.from_dataset(dataset), study)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"{regions} hinge points and outlines and {diameters} diameters expected, {len(complaints)} mismatches")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
