import TestSupport

/// An item of the Sequence of Ultrasound Regions as bytes.
struct UltrasoundRegionItem {
  var format: UInt16 = 1
  var type: UInt16 = 1
  /// x0, y0, x1, y1
  var box: (UInt32, UInt32, UInt32, UInt32)
  var units: UInt16 = 3
  var delta = (x: 0.05, y: 0.05)

  var elements: [DICOMBytes.Element] {
    [
      .init(0x0018_6012, format), .init(0x0018_6014, type), .init(0x0018_6016, "UL", .long(0)),
      .init(0x0018_6018, "UL", .long(box.0)), .init(0x0018_601A, "UL", .long(box.1)),
      .init(0x0018_601C, "UL", .long(box.2)), .init(0x0018_601E, "UL", .long(box.3)),
      .init(0x0018_6024, units), .init(0x0018_6026, units), .init(0x0018_602C, "FD", .double(delta.x)),
      .init(0x0018_602E, "FD", .double(delta.y)),
    ]
  }
}
