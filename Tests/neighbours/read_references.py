#!/usr/bin/env python3
"""Follows the references of a study's documents: report, segmentations, overlay cines, key objects.

    read_references.py FOLDER

FOLDER is a result. Every image that a document names is among its evidence; what the report says of a segmentation has
the segment's tracking identifiers; the frame that an outline names is that of its chamber and source frame; the key
objects are the measured frames. Exit status 1 and a line for each mismatch otherwise.
"""

import argparse
import json
import pathlib
import sys

import pydicom

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
OVERLAY = "1.2.840.10008.5.1.4.1.1.7.4"
FINDING, REGION, SOURCE, ILLUSTRATION = "121071", "111030", "121112", "121200"
TRACKING_IDENTIFIER, TRACKING_UID, GROUP = "112039", "112040", "125007"


def name(item):
    names = item.get("ConceptNameCodeSequence")
    return names[0].CodeValue if names else None


def walk(item):
    yield item
    for child in item.get("ContentSequence", []):
        yield from walk(child)


def references(document):
    for item in walk(document):
        if item.get("ValueType") == "IMAGE":
            yield item.ReferencedSOPSequence[0]


def evidence(document):
    return {reference.ReferencedSOPInstanceUID
            for study in document.get("CurrentRequestedProcedureEvidenceSequence", [])
            for series in study.ReferencedSeriesSequence for reference in series.ReferencedSOPSequence}


def frame_errors(group, reference, segmentation):
    """What is wrong with the frame of a segmentation that an outline names."""
    (region,) = [item for item in group.ContentSequence if name(item) == REGION]
    source = region.ContentSequence[0].ReferencedSOPSequence[0]
    (finding,) = [item for item in group.ContentSequence if name(item) == FINDING]
    frame = segmentation.PerFrameFunctionalGroupsSequence[int(reference.ReferencedFrameNumber) - 1]
    number = frame.SegmentIdentificationSequence[0].ReferencedSegmentNumber
    made_from = frame.DerivationImageSequence[0].SourceImageSequence[0]
    (segment,) = [item for item in segmentation.SegmentSequence if item.SegmentNumber == number]
    if segment.SegmentedPropertyTypeCodeSequence[0].CodeValue != finding.ConceptCodeSequence[0].CodeValue:
        yield "an outline names the frame of another chamber"
    if (made_from.ReferencedSOPInstanceUID, made_from.ReferencedFrameNumber) != (
            source.ReferencedSOPInstanceUID, source.ReferencedFrameNumber):
        yield "an outline names a segmentation of another frame"


def segment_errors(group, reference, segmentation):
    """What is wrong with a group of a whole segment."""
    values = {name(item): item for item in group.ContentSequence}
    (segment,) = [item for item in segmentation.SegmentSequence
                  if item.SegmentNumber == reference.ReferencedSegmentNumber]
    if values[TRACKING_UID].UID != segment.TrackingUID:
        yield "a segment's tracking UID is another one in the report"
    if values[TRACKING_IDENTIFIER].TextValue != segment.TrackingID:
        yield "a segment's tracking identifier is another one in the report"


def report_errors(report, objects, study):
    outlines = segments = pictures = 0
    for group in (item for item in walk(report) if name(item) == GROUP):
        for item in group.get("ContentSequence", []):
            if item.get("ValueType") != "IMAGE":
                continue
            reference = item.ReferencedSOPSequence[0]
            there = objects.get(reference.ReferencedSOPInstanceUID)
            if there is None:
                continue
            if name(item) == ILLUSTRATION:
                pictures += 1
                if not 1 <= reference.ReferencedFrameNumber <= there.NumberOfFrames:
                    yield "an illustration names a frame that is not there"
            elif "ReferencedSegmentNumber" in reference:
                segments += 1
                yield from segment_errors(group, reference, there)
            elif reference.ReferencedSOPClassUID == SEGMENTATION:
                outlines += 1
                yield from frame_errors(group, reference, there)
        if not any(item.get("ValueType") == "SCOORD" for item in group.ContentSequence):
            yield "a group has no coordinates, at which OHIF fails"
    measured = [measurement for clip in study["clips"] for measurement in clip["measurements"]]
    lines = sum(bool(line) for measurement in measured for line in measurement.get("contours", {}).values())
    segmented = any(item.SOPClassUID == SEGMENTATION for item in objects.values())
    if segmented and (outlines != lines or bool(segments) != bool(lines)):
        yield f"{outlines} of {lines} outlines name their segmentation, {segments} segments are named"
    if any(item.SOPClassUID == OVERLAY for item in objects.values()) and measured and not pictures:
        yield "no group names its illustration"


def key_errors(keys, study):
    chosen = {(reference.ReferencedSOPInstanceUID, int(frame)) for reference in references(keys)
              for frame in (reference.ReferencedFrameNumber if isinstance(
                  reference.ReferencedFrameNumber, pydicom.multival.MultiValue)
                  else [reference.ReferencedFrameNumber])}
    measured = {(clip["sop_instance_uid"], measurement["frame"] + 1)
                for clip in study["clips"] for measurement in clip["measurements"]}
    if chosen != measured:
        yield f"the key objects are {len(chosen)} frames, {len(measured)} were measured"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    objects = {dataset.SOPInstanceUID: dataset
               for path in folder.glob("*.*.dcm") for dataset in [pydicom.dcmread(path, stop_before_pixels=True)]}
    complaints, checked = [], 0
    for path in [folder / "report.dcm", folder / "echo.dcm", folder / "keys.dcm"]:
        if not path.is_file():
            continue
        checked += 1
        document = pydicom.dcmread(path)
        for uid in {reference.ReferencedSOPInstanceUID for reference in references(document)} - evidence(document):
            complaints.append(f"{path.name}: {uid} is not among the evidence")
        errors = {"report.dcm": lambda document=document: report_errors(document, objects, study),
                  "keys.dcm": lambda document=document: key_errors(document, study)}.get(path.name, list)
        complaints += [f"{path.name}: {error}" for error in errors()]
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"{checked} documents, {len(complaints)} mismatches")
    return 1 if complaints or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
