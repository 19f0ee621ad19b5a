/// Pixels of one row of a grid, side by side.
public struct PixelRun: Equatable, Sendable {
  public var row: Int
  public var columns: Range<Int>

  public init(row: Int, columns: Range<Int>) {
    self.row = row
    self.columns = columns
  }
}

extension Outline {
  /// The pixels of a grid whose centres lie inside, from top to bottom.
  public func pixels(width: Int, height: Int) -> [PixelRun] {
    let crossings = self.crossings(height: height).sorted {
      $0.row == $1.row ? $0.x < $1.x : $0.row < $1.row
    }
    // Every row is crossed an even number of times, since loops are closed.
    var runs: [PixelRun] = []
    runs.reserveCapacity(crossings.count / 2)
    for index in stride(from: 0, to: crossings.count - 1, by: 2) {
      let first = max(0, Int(crossings[index].x.rounded(.up)))
      let end = min(width, Int(crossings[index + 1].x.rounded(.up)))
      if first < end { runs.append(PixelRun(row: crossings[index].row, columns: first..<end)) }
    }
    return runs
  }

  private struct Crossing {
    var row: Int
    var x: Double
  }

  /// Where the lines through the rows' centres meet the outline. A corner belongs to the side that leads down from
  /// it, so that it counts once.
  private func crossings(height: Int) -> [Crossing] {
    var crossings: [Crossing] = []
    for loop in loops {
      guard var from = loop.last else { continue }
      for to in loop {
        let (upper, lower) = from.y < to.y ? (from, to) : (to, from)
        let first = max(0, Int(max(-1, upper.y).rounded(.up)))
        let end = min(height, Int(min(Double(height), max(-1, lower.y)).rounded(.up)))
        for row in first..<max(first, end) {
          let part = (Double(row) - upper.y) / (lower.y - upper.y)
          crossings.append(Crossing(row: row, x: upper.x + part * (lower.x - upper.x)))
        }
        from = to
      }
    }
    return crossings
  }
}
