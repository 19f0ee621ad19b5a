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
        func take(_ row: Int, into y: Int, _ reach: UInt16) {
          guard row >= 0, row < height else { return }
          let (to, from) = (near.baseAddress! + y * width, columns.baseAddress! + row * width)
          for x in 0..<width { to[x] |= from[x] <= reach ? 1 : 0 }
        }
        for (offset, reach) in disc.halfWidths.enumerated() {
          for y in 0..<height {
            take(y + offset, into: y, reach)
            if offset > 0 { take(y - offset, into: y, reach) }
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
