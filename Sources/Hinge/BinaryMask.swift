/// A set of pixels of a grid, H x W, row by row from the top.
public struct BinaryMask: Equatable, Sendable {
  public let width: Int
  public let height: Int
  public var bits: [Bool]

  public init(width: Int, height: Int, bits: [Bool]) {
    precondition(bits.count == width * height, "one bit a pixel")
    self.width = width
    self.height = height
    self.bits = bits
  }

  public init(width: Int, height: Int, filled: Bool = false) {
    self.init(width: width, height: height, bits: [Bool](repeating: filled, count: width * height))
  }

  /// The pixels of `mask` that carry `label`.
  public init(_ mask: LabelMask, _ label: ChamberLabel) {
    self.init(width: mask.width, height: mask.height, bits: mask.labels.map { $0 == label.rawValue })
  }

  public var count: Int { bits.reduce(into: 0) { $0 += $1 ? 1 : 0 } }
  public var isEmpty: Bool { !bits.contains(true) }

  /// Whether the pixel is in the set; `false` outside the grid.
  public func contains(x: Int, y: Int) -> Bool {
    x >= 0 && y >= 0 && x < width && y < height && bits[y * width + x]
  }

  /// The smallest box that holds every pixel of the set, `nil` when there is none.
  public var boundingBox: GridBox? {
    var box: GridBox?
    bits.withUnsafeBufferPointer { bits in
      for y in 0..<height {
        let row = UnsafeBufferPointer(rebasing: bits[y * width..<(y + 1) * width])
        guard let first = row.place(of: true, from: 0) else { continue }
        var last = width - 1
        let known = max(box?.maxX ?? 0, first)
        while last > known, !row[last] { last -= 1 }
        box = GridBox(
          minX: min(box?.minX ?? width, first), minY: box?.minY ?? y, maxX: last, maxY: y)
      }
    }
    return box
  }

  /// The mean position of the set's pixels, `nil` when there is none.
  public var centroid: Point? {
    var n = 0
    var sumX = 0
    var sumY = 0
    for y in 0..<height {
      for x in 0..<width where bits[y * width + x] {
        n += 1
        sumX += x
        sumY += y
      }
    }
    guard n > 0 else { return nil }
    return Point(x: Double(sumX) / Double(n), y: Double(sumY) / Double(n))
  }

  public var inverted: BinaryMask { BinaryMask(width: width, height: height, bits: bits.map { !$0 }) }

  public func intersection(_ other: BinaryMask) -> BinaryMask { combined(other) { $0 && $1 } }

  public func subtracting(_ other: BinaryMask) -> BinaryMask { combined(other) { $0 && !$1 } }

  /// The part of the grid in `box`, which lies inside of it.
  public func cropped(to box: GridBox) -> BinaryMask {
    var part: [Bool] = []
    part.reserveCapacity(box.width * box.height)
    for y in box.minY...box.maxY {
      part.append(contentsOf: bits[(y * width + box.minX)...(y * width + box.maxX)])
    }
    return BinaryMask(width: box.width, height: box.height, bits: part)
  }

  /// The set on a larger grid, of which its own grid is the part `box`.
  func placed(width wholeWidth: Int, height wholeHeight: Int, at box: GridBox) -> BinaryMask {
    var result = BinaryMask(width: wholeWidth, height: wholeHeight)
    for y in 0..<height {
      let start = (box.minY + y) * wholeWidth + box.minX
      result.bits.replaceSubrange(start..<start + width, with: bits[y * width..<(y + 1) * width])
    }
    return result
  }

  private func combined(_ other: BinaryMask, _ rule: (Bool, Bool) -> Bool) -> BinaryMask {
    precondition(width == other.width && height == other.height, "masks of one grid")
    return BinaryMask(width: width, height: height, bits: zip(bits, other.bits).map(rule))
  }
}

/// Bounds of a box of pixels, 0-based and inclusive.
public struct GridBox: Equatable, Sendable, Codable {
  public var minX: Int
  public var minY: Int
  public var maxX: Int
  public var maxY: Int

  public init(minX: Int, minY: Int, maxX: Int, maxY: Int) {
    self.minX = minX
    self.minY = minY
    self.maxX = maxX
    self.maxY = maxY
  }

  public var width: Int { maxX - minX + 1 }
  public var height: Int { maxY - minY + 1 }

  /// With so many pixels more on every side, within a grid.
  func grown(by margin: Int, width: Int, height: Int) -> GridBox {
    GridBox(
      minX: max(0, minX - margin), minY: max(0, minY - margin), maxX: min(width - 1, maxX + margin),
      maxY: min(height - 1, maxY + margin))
  }
}

extension LabelMask {
  /// The bounds of the pixels with one of `labels` and `margin` pixels around them, within the grid; `nil` where
  /// there are none.
  func boundingBox(of labels: Set<ChamberLabel>, margin: Int) -> GridBox? {
    var wanted = [Bool](repeating: false, count: 256)
    for label in labels { wanted[Int(label.rawValue)] = true }
    let bits = self.labels.map { wanted[Int($0)] }
    return BinaryMask(width: width, height: height, bits: bits).boundingBox?
      .grown(by: margin, width: width, height: height)
  }

  /// The part of the grid in `box`, which lies inside of it.
  public func cropped(to box: GridBox) -> LabelMask {
    var part: [UInt8] = []
    part.reserveCapacity(box.width * box.height)
    for y in box.minY...box.maxY {
      part.append(contentsOf: labels[(y * width + box.minX)...(y * width + box.maxX)])
    }
    return LabelMask(width: box.width, height: box.height, spacing: spacing, labels: part)
  }
}
