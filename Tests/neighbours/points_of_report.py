"""Prints the points of a structured report as JSON: frame number (from 1 on), x and y of each SCOORD point.

points_of_report.py REPORT.dcm
"""

import json
import sys

import pydicom


def points(item):
    for child in item.get("ContentSequence", []):
        if child.ValueType == "SCOORD":
            image = child.ContentSequence[0].ReferencedSOPSequence[0]
            frame = image.get("ReferencedFrameNumber")
            data = [float(value) for value in child.GraphicData]
            for place in range(0, len(data), 2):
                yield [frame if frame is None else int(frame), data[place], data[place + 1]]
        yield from points(child)


print(json.dumps(list(points(pydicom.dcmread(sys.argv[1])))))
