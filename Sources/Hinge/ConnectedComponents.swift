#if canImport(Glibc)
  import Glibc
#endif

/// Which pixels belong together: two are neighbours when they share a side (4) or a side or a corner (8).
enum Connectivity {
  case four
  case eight
}

/// The components of a set; component `i` is number `i + 1`. Numbers run in the order of each component's first pixel.
///
/// Rows are taken apart into runs of pixels, and runs that touch one of the row above are joined (Rosenfeld and Pfaltz,
/// Journal of the ACM 13, 1966): a set has some hundred runs for ten thousand pixels.
struct ConnectedComponents {
  /// Neighbouring pixels of one row, from `start` up to `end`.
  private struct Run {
    var row: Int
    var start: Int
    var end: Int
  }

  private let width: Int
  private let height: Int
  /// In the order of their first pixels.
  private var runs: [Run] = []
  /// Of each run one of the same component that is not after it; of the component's first run itself.
  private var earlier: [Int] = []
  /// Of each run.
  private var numbers: [Int32] = []
  /// Pixels of each component.
  private(set) var sizes: [Int] = []

  /// - Parameter frame: whether a frame of one pixel around the grid belongs to the set.
  init(of mask: BinaryMask, _ connectivity: Connectivity, frame: Bool = false) {
    width = mask.width
    height = mask.height
    let reach = connectivity == .eight ? 1 : 0
    var above = 0..<0
    mask.bits.withUnsafeBufferPointer { bits in
      for row in (frame ? -1..<height + 1 : 0..<height) {
        let first = runs.count
        if row < 0 || row == height {
          runs.append(Run(row: row, start: -1, end: width + 1))
        } else {
          addRuns(of: UnsafeBufferPointer(rebasing: bits[row * width..<(row + 1) * width]), row, frame)
        }
        earlier.append(contentsOf: first..<runs.count)
        join(first..<runs.count, to: above, reach)
        above = first..<runs.count
      }
    }
    number()
  }

  /// The pixels of the grid whose number satisfies `condition`; that of pixels outside of the set is 0.
  func pixels(where condition: (Int32) -> Bool) -> BinaryMask {
    let outside = condition(0)
    var mask = BinaryMask(width: width, height: height, filled: outside)
    mask.bits.withUnsafeMutableBufferPointer { bits in
      for (run, number) in zip(runs, numbers) where run.row >= 0 && run.row < height {
        let start = run.row * width + max(run.start, 0)
        let end = run.row * width + min(run.end, width)
        if start < end, condition(number) != outside { bits[start..<end].update(repeating: !outside) }
      }
    }
    return mask
  }

  private mutating func addRuns(of bits: UnsafeBufferPointer<Bool>, _ row: Int, _ frame: Bool) {
    let first = runs.count
    if frame { runs.append(Run(row: row, start: -1, end: 0)) }
    var x = 0
    while let start = bits.place(of: true, from: x) {
      let end = bits.place(of: false, from: start) ?? bits.count
      if runs.count > first, runs[runs.count - 1].end == start {
        runs[runs.count - 1].end = end
      } else {
        runs.append(Run(row: row, start: start, end: end))
      }
      x = end
    }
    guard frame else { return }
    if runs[runs.count - 1].end == width {
      runs[runs.count - 1].end = width + 1
    } else {
      runs.append(Run(row: row, start: width, end: width + 1))
    }
  }

  /// Joins the runs of a row to those of the row above that they touch.
  private mutating func join(_ row: Range<Int>, to above: Range<Int>, _ reach: Int) {
    var (lower, upper) = (row.lowerBound, above.lowerBound)
    while lower < row.upperBound, upper < above.upperBound {
      let (run, over) = (runs[lower], runs[upper])
      if run.start < over.end + reach, over.start < run.end + reach { unite(lower, upper) }
      if over.end < run.end { upper += 1 } else { lower += 1 }
    }
  }

  private mutating func unite(_ a: Int, _ b: Int) {
    let (first, second) = (root(of: a), root(of: b))
    earlier[max(first, second)] = min(first, second)
  }

  private mutating func root(of run: Int) -> Int {
    var run = run
    while earlier[run] != run {
      earlier[run] = earlier[earlier[run]]
      run = earlier[run]
    }
    return run
  }

  private mutating func number() {
    numbers.reserveCapacity(runs.count)
    for index in runs.indices {
      let root = root(of: index)
      if root == index {
        sizes.append(0)
        numbers.append(Int32(sizes.count))
      } else {
        numbers.append(numbers[root])
      }
      sizes[Int(numbers[index]) - 1] += runs[index].end - runs[index].start
    }
  }
}

extension UnsafeBufferPointer<Bool> {
  /// The first place from `start` on that has the value.
  func place(of value: Bool, from start: Int) -> Int? {
    guard start < count, let base = baseAddress else { return nil }
    let found = memchr(base + start, value ? 1 : 0, count - start)
    return found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
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
