extension BinaryMask {
  /// What `operation` makes of the set, worked out within its bounds and a margin around them: a chamber covers a
  /// small part of its picture. For operations that add nothing beyond the margin; the grid's border stays one.
  func locally(
    marginX: Int = 0, marginY: Int = 0, _ operation: (BinaryMask) -> BinaryMask
  ) -> BinaryMask {
    guard let bounds = boundingBox else { return self }
    let box = GridBox(
      minX: max(0, bounds.minX - marginX), minY: max(0, bounds.minY - marginY),
      maxX: min(width - 1, bounds.maxX + marginX), maxY: min(height - 1, bounds.maxY + marginY))
    if box.width == width, box.height == height { return operation(self) }
    let part = operation(cropped(to: box))
    var whole = BinaryMask(width: width, height: height)
    for y in 0..<box.height {
      let start = (box.minY + y) * width + box.minX
      whole.bits.replaceSubrange(
        start..<start + box.width, with: part.bits[y * box.width..<(y + 1) * box.width])
    }
    return whole
  }

  /// The part of the grid in `box`, which lies inside of it.
  func cropped(to box: GridBox) -> BinaryMask {
    var part: [Bool] = []
    part.reserveCapacity(box.width * box.height)
    for y in box.minY...box.maxY {
      part.append(contentsOf: bits[y * width + box.minX...y * width + box.maxX])
    }
    return BinaryMask(width: box.width, height: box.height, bits: part)
  }
}
