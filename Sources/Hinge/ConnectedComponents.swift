/// Which pixels belong together: two are neighbours when they share a side (4) or a side or a corner (8).
enum Connectivity {
  case four
  case eight

  /// Where the neighbours lie in a row-by-row array with rows of `width`.
  func offsets(width: Int) -> [Int] {
    let sides = [1, -1, width, -width]
    return self == .four ? sides : sides + [width + 1, width - 1, -width + 1, -width - 1]
  }
}

/// A component number a pixel, 0 outside the set, and the pixels that each component has; component `i` is number
/// `i + 1`. Numbers run in the order of each component's first pixel.
struct ConnectedComponents {
  /// With a frame of one pixel around the grid, (H + 2) x (W + 2), so that every pixel has all neighbours.
  private var framed: [Int32]
  private let width: Int
  private let height: Int
  private(set) var sizes: [Int] = []

  private static let unseen: Int32 = -1

  /// - Parameter frame: whether the frame around the grid belongs to the set.
  init(of mask: BinaryMask, _ connectivity: Connectivity, frame: Bool = false) {
    width = mask.width
    height = mask.height
    framed = [Int32](repeating: frame ? Self.unseen : 0, count: (width + 2) * (height + 2))
    for y in 0..<height {
      let row = (y + 1) * (width + 2) + 1
      for x in 0..<width { framed[row + x] = mask.bits[y * width + x] ? Self.unseen : 0 }
    }
    let offsets = connectivity.offsets(width: width + 2)
    var stack: [Int] = []
    for start in framed.indices where framed[start] == Self.unseen {
      sizes.append(flood(from: start, Int32(sizes.count + 1), offsets, &stack))
    }
  }

  /// The pixels of the grid whose number satisfies `condition`.
  func pixels(where condition: (Int32) -> Bool) -> BinaryMask {
    var mask = BinaryMask(width: width, height: height)
    for y in 0..<height {
      let row = (y + 1) * (width + 2) + 1
      for x in 0..<width where condition(framed[row + x]) { mask.bits[y * width + x] = true }
    }
    return mask
  }

  private mutating func flood(
    from start: Int, _ number: Int32, _ offsets: [Int], _ stack: inout [Int]
  ) -> Int {
    var size = 0
    framed[start] = number
    stack.append(start)
    framed.withUnsafeMutableBufferPointer { framed in
      while let pixel = stack.popLast() {
        size += 1
        for offset in offsets {
          let next = pixel + offset
          // A frame that belongs to the set has neighbours beyond the array.
          guard next >= 0, next < framed.count, framed[next] == Self.unseen else { continue }
          framed[next] = number
          stack.append(next)
        }
      }
    }
    return size
  }
}

extension BinaryMask {
  /// The largest 8-connected component, the first of equals; empty where the set is.
  public var largestComponent: BinaryMask {
    withinBounds { part in
      let components = ConnectedComponents(of: part, .eight)
      guard let most = components.sizes.max(), let index = components.sizes.firstIndex(of: most) else {
        return part
      }
      return components.pixels { $0 == Int32(index + 1) }
    }
  }

  /// The set together with what it encloses: background that no 4-connected path joins to the grid's border,
  /// which is the background's connectivity where the set's is 8.
  public var holesFilled: BinaryMask {
    withinBounds { part in
      // The frame makes the outside one component, the first.
      ConnectedComponents(of: part.inverted, .four, frame: true).pixels { $0 != 1 }
    }
  }

  /// What becomes of the part of the grid that the set lies in; the rest stays empty.
  private func withinBounds(_ change: (BinaryMask) -> BinaryMask) -> BinaryMask {
    guard let box = boundingBox else { return self }
    return change(cropped(to: box)).placed(width: width, height: height, at: box)
  }
}

extension BinaryMask {
  /// Every pixel within `radius` (in the unit of `spacing`) of the set.
  public func dilated(radius: Double, spacing: PixelSpacing) -> BinaryMask {
    let disc = Disc(radius: radius, spacing: spacing)
    guard !bits.isEmpty else { return self }
    let columns = columnsToSet(atMost: (disc.halfWidths.first ?? 0) + 1)
    // As wide as the columns, so that both go into one vector.
    var near = [UInt16](repeating: 0, count: bits.count)
    near.withUnsafeMutableBufferPointer { near in
      columns.withUnsafeBufferPointer { columns in
        func mark(_ row: Int, into y: Int, _ reach: UInt16) {
          guard row >= 0, row < height else { return }
          let (to, from) = (near.baseAddress! + y * width, columns.baseAddress! + row * width)
          for x in 0..<width { to[x] |= from[x] <= reach ? 1 : 0 }
        }
        for (offset, reach) in disc.halfWidths.enumerated() {
          for y in 0..<height {
            mark(y + offset, into: y, reach)
            if offset > 0 { mark(y - offset, into: y, reach) }
          }
        }
      }
    }
    return BinaryMask(width: width, height: height, bits: near.map { $0 != 0 })
  }

  /// Every pixel of the set farther than `radius` from the rest of the grid. Beyond the grid's border nothing is
  /// known, so the border erodes nothing.
  public func eroded(radius: Double, spacing: PixelSpacing) -> BinaryMask {
    inverted.dilated(radius: radius, spacing: spacing).inverted
  }

  /// Cuts off what is thinner than about two radii.
  public func opened(radius: Double, spacing: PixelSpacing) -> BinaryMask {
    eroded(radius: radius, spacing: spacing).dilated(radius: radius, spacing: spacing).intersection(self)
  }

  /// Bridges gaps narrower than about two radii.
  public func closed(radius: Double, spacing: PixelSpacing) -> BinaryMask {
    let grown = dilated(radius: radius, spacing: spacing).eroded(radius: radius, spacing: spacing)
    return BinaryMask(width: width, height: height, bits: zip(bits, grown.bits).map { $0 || $1 })
  }

  /// Columns from each pixel to the nearest pixel of the set in the same row, H x W, `limit` where that is farther.
  private func columnsToSet(atMost limit: UInt16) -> [UInt16] {
    [UInt16](unsafeUninitializedCapacity: bits.count) { columns, count in
      bits.withUnsafeBufferPointer { bits in
        for row in stride(from: 0, to: bits.count, by: max(width, 1)) {
          var distance = limit
          for i in row..<row + width {
            distance = bits[i] ? 0 : min(limit, distance + 1)
            columns[i] = distance
          }
          distance = limit
          for i in stride(from: row + width - 1, through: row, by: -1) {
            distance = bits[i] ? 0 : min(limit, distance + 1)
            columns[i] = min(columns[i], distance)
          }
        }
      }
      count = bits.count
    }
  }
}

/// The pixels within a radius of one, row by row.
private struct Disc {
  /// How many columns belong to it on each side, in the centre's row, the next one, and so on.
  let halfWidths: [UInt16]

  init(radius: Double, spacing: PixelSpacing) {
    var widths: [UInt16] = []
    var height = 0.0
    while height <= radius, widths.count < Int(UInt16.max) {
      // A pixel that lies just on the rim belongs to it, however the root is rounded.
      let columns = (radius * radius - height * height).squareRoot() / spacing.x + 1e-9
      widths.append(UInt16(min(columns, Double(UInt16.max - 2))))
      height = Double(widths.count) * spacing.y
    }
    halfWidths = widths
  }
}
