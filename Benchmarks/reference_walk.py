#!/usr/bin/env python3
"""The walk of one clip as one would write it with pydicom, onnxruntime, SciPy, Pillow and highdicom.

    reference_walk.py MODEL.onnx CLIP.dcm FOLDER [THREADS]

Every frame is segmented; end diastole and end systole are the largest and the smallest ventricle; their hinge points
become two pictures and a DICOM structured report. No cine, no page, no checks: less than `hinged process` does.
"""
import sys
from pathlib import Path

import highdicom as hd
import numpy as np
import onnxruntime
import pydicom
from highdicom.sr.coding import CodedConcept
from PIL import Image
from scipy import ndimage

SIDE = 256
VENTRICLE, ATRIUM = 1, 3
TISSUE, CENTIMETRES = 1, 3


def main():
    model, clip, folder = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    threads = int(sys.argv[4]) if len(sys.argv) > 4 else 2
    folder.mkdir(parents=True, exist_ok=True)
    dataset = pydicom.dcmread(clip)
    pictures = dataset.pixel_array
    region = next(each for each in dataset.SequenceOfUltrasoundRegions
                  if each.RegionSpatialFormat == TISSUE and each.PhysicalUnitsXDirection == CENTIMETRES)
    corner = np.array([region.RegionLocationMinX0, region.RegionLocationMinY0])
    grey = pictures[..., 0] if pictures.ndim == 4 else pictures
    grey = grey[:, corner[1]:region.RegionLocationMaxY1, corner[0]:region.RegionLocationMaxX1]
    square = Square(grey.shape[1:])
    labels = segmented(model, threads, [square.shrunk(frame) for frame in grey])
    points = [hinge_points(frame) for frame in labels]
    areas = ndimage.uniform_filter1d(np.array([(frame == VENTRICLE).sum() for frame in labels], float), 5)
    phases = {"ED": int(areas.argmax()), "ES": int(areas.argmin())}
    for name, frame in phases.items():
        overlay(pictures[frame], labels[frame], square, corner).save(folder / f"{name}.png")
    found = {name: square.enlarged(points[frame]) + corner for name, frame in phases.items()
             if points[frame] is not None}
    write_report(dataset, phases, found, abs(region.PhysicalDeltaX) * 10, folder / "report.dcm")
    print(f"{len(grey)} frames, " + ", ".join(f"{name} at {frame}" for name, frame in phases.items()))


class Square:
    """The picture in the middle of a square, as the network sees it."""

    def __init__(self, shape):
        self.shape, self.size = shape, max(shape)
        self.margin = np.array([(self.size - shape[1]) // 2, (self.size - shape[0]) // 2])

    def inside(self, array):
        (left, top), (height, width) = self.margin, self.shape
        return array[top:top + height, left:left + width]

    def shrunk(self, frame):
        whole = np.zeros((self.size, self.size), np.uint8)
        self.inside(whole)[:] = frame
        small = Image.fromarray(whole).resize((SIDE, SIDE), Image.BILINEAR)
        return np.asarray(small, np.float32)[None, None] / 255

    def enlarged(self, points):
        return np.array(points) * self.size / SIDE - self.margin


def segmented(model, threads, inputs):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return np.array([session.run(None, {name: each})[0][0, :4].argmax(0) for each in inputs])


def largest(mask):
    parts, count = ndimage.label(mask)
    if not count:
        return mask
    sizes = ndimage.sum(mask, parts, range(1, count + 1))
    return ndimage.binary_fill_holes(parts == 1 + sizes.argmax())


def hinge_points(labels):
    ventricle, atrium = largest(labels == VENTRICLE), largest(labels == ATRIUM)
    near = ventricle & (ndimage.distance_transform_edt(~atrium) <= 2.5)
    rows, columns = np.nonzero(near)
    if len(rows) < 4:
        return None
    return [(columns[at], rows[at]) for at in (columns.argmin(), columns.argmax())]


def overlay(picture, labels, square, corner):
    colours = picture.copy() if picture.ndim == 3 else np.stack([picture] * 3, -1)
    mask = Image.fromarray((labels == VENTRICLE).astype(np.uint8)).resize((square.size, square.size))
    chosen = square.inside(np.asarray(mask).astype(bool))
    part = colours[corner[1]:corner[1] + chosen.shape[0], corner[0]:corner[0] + chosen.shape[1]]
    part[chosen] = (part[chosen] * 0.6 + np.array([255, 0, 0]) * 0.4).astype(np.uint8)
    return Image.fromarray(colours)


def write_report(dataset, phases, found, millimetres, path):
    groups = []
    for name, points in found.items():
        source = hd.sr.SourceImageForRegion(dataset.SOPClassUID, dataset.SOPInstanceUID, [phases[name] + 1])
        diameter = float(np.hypot(*(points[1] - points[0])) * millimetres)
        for number, point in enumerate(points):
            groups.append(hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
                hd.sr.TrackingIdentifier(hd.UID(), f"{name} {number}"),
                hd.sr.ImageRegion(hd.sr.GraphicTypeValues.POINT, point[None].astype(float), source),
                measurements=[hd.sr.Measurement(CodedConcept("81827009", "SCT", "Diameter"), diameter,
                                                CodedConcept("mm", "UCUM", "mm"))]))
    device = hd.sr.DeviceObserverIdentifyingAttributes(uid=hd.UID())
    context = hd.sr.ObservationContext(
        observer_device_context=hd.sr.ObserverContext(CodedConcept("121007", "DCM", "Device"), device))
    report = hd.sr.MeasurementReport(context, CodedConcept("433236007", "SCT", "Transthoracic echocardiography"), groups)
    for keyword in ("StudyID", "StudyDate", "StudyTime", "AccessionNumber", "PatientBirthDate", "PatientSex",
                    "ReferringPhysicianName"):
        if keyword not in dataset:
            setattr(dataset, keyword, "")
    hd.sr.Comprehensive3DSR([dataset], report, hd.UID(), 1, hd.UID(), 1, "reference").save_as(path)


if __name__ == "__main__":
    main()
