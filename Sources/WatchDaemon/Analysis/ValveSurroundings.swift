import Hinge

/// Where it is bright around the mitral valve: the mean brightness of coarse cells in the heart's own coordinates, right
/// of and towards the apex from the middle of the hinge points, in units of their distance. Cells of a centimetre see
/// neither speckle nor the grid that a picture was stored on, but where the right heart, the septum and the free wall
/// lie. `training/display.py` does the same.
struct ValveSurroundings: Sendable, Equatable {
  private static let cell = 1.0 / 3
  static let across = 16
  static let up = 15
  private static let left = -8.0 / 3
  private static let below = -5.0 / 3
  /// A cell of which less than this share lies in the sector says nothing.
  private static let leastShare = 0.3

  /// Mean share of the sector that is darker, less one half, `up` x `across` from the bottom left; 0 where the sector
  /// ends. The mean over the pictures.
  private var sums = [Double](repeating: 0, count: up * across)
  private var pictures = 0

  init() {}

  /// Takes a picture in.
  /// - Parameters:
  ///   - pixels: of the sector's grid.
  ///   - hinges: on the same grid, left and right of the display.
  mutating func add(_ pixels: [UInt8], sector: SectorMask, hinges: (left: Point, right: Point)) {
    let spacing = sector.spacing
    let distance = spacing.distance(hinges.left, hinges.right)
    guard distance > 0 else { return }
    let middle = Point(x: (hinges.left.x + hinges.right.x) / 2, y: (hinges.left.y + hinges.right.y) / 2)
    let axis = (
      x: (hinges.right.x - hinges.left.x) * spacing.x / distance,
      y: (hinges.right.y - hinges.left.y) * spacing.y / distance
    )
    let ranks = Self.ranks(pixels, sector.mask)
    var cells = [(sum: Double, count: Int)](repeating: (0, 0), count: sums.count)
    for y in sector.box.minY...sector.box.maxY {
      for x in sector.box.minX...sector.box.maxX where sector.mask.bits[y * sector.mask.width + x] {
        let dx = (Double(x) - middle.x) * spacing.x / distance
        let dy = (Double(y) - middle.y) * spacing.y / distance
        let column = Int((((dx * axis.x + dy * axis.y) - Self.left) / Self.cell).rounded(.down))
        let row = Int((((dx * axis.y - dy * axis.x) - Self.below) / Self.cell).rounded(.down))
        guard (0..<Self.across).contains(column), (0..<Self.up).contains(row) else { continue }
        cells[row * Self.across + column].sum += ranks[Int(pixels[y * sector.mask.width + x])]
        cells[row * Self.across + column].count += 1
      }
    }
    let whole = Self.cell * Self.cell * distance * distance / (spacing.x * spacing.y)
    for (index, cell) in cells.enumerated() where Double(cell.count) >= Self.leastShare * whole {
      sums[index] += cell.sum / Double(cell.count) - 0.5
    }
    pictures += 1
  }

  /// The share of the sector's pixels that are darker than each gray, half of the equal ones among them: no gain or
  /// gamma matters.
  private static func ranks(_ pixels: [UInt8], _ sector: BinaryMask) -> [Double] {
    var counts = [Int](repeating: 0, count: 256)
    for (pixel, isInside) in zip(pixels, sector.bits) where isInside { counts[Int(pixel)] += 1 }
    let all = Double(max(1, counts.reduce(0, +)))
    var darker = 0
    return counts.map { count in
      defer { darker += count }
      return (Double(darker) + Double(count) / 2) / all
    }
  }

  /// How much more the picture looks as the view is usually shown than mirrored: the logarithm of the odds.
  /// - Parameter weights: of the cells on the left, `up` x `across` / 2; those on the right have the opposite ones.
  /// - Returns: `nil` without a picture, and where the weights are not of these cells.
  func logOdds(_ weights: [Double]) -> Double? {
    guard pictures > 0, weights.count == Self.up * Self.across / 2 else { return nil }
    let odds = weights.enumerated().map { index, weight in
      let (row, column) = (index / (Self.across / 2), index % (Self.across / 2))
      let line = row * Self.across
      return weight * (sums[line + column] - sums[line + Self.across - 1 - column])
    }
    return odds.reduce(0, +) / Double(pictures)
  }
}

extension ModelCard {
  /// Tells a mirrored display of a view that is established: `training/display.py`.
  struct Display: Codable, Sendable, Equatable {
    /// A picture whose log odds of being shown as usual are below the opposite of this looks mirrored.
    var threshold: Double
    /// By view (`A4C`, `A2C`), of `ValveSurroundings`.
    var weights: [String: [Double]]
  }

  /// Whether a picture of a view looks mirrored; `nil` where the card has nothing to tell it by.
  func looksMirrored(_ picture: @autoclosure () -> ValveSurroundings, view: EchoView) -> Bool? {
    guard let display, let weights = display.weights[view.rawValue] else { return nil }
    return picture().logOdds(weights).map { $0 < -display.threshold }
  }
}

extension ValveSurroundings {
  /// Of the sampled frames whose hinge points were found.
  init(_ sample: ClipSampling.Result) {
    self.init()
    let target = sample.target
    for frame in sample.frames {
      guard let pair = sample.findings[frame.index]?.pair else { continue }
      add(frame.gray.cropped(to: target.box), sector: target.sector, hinges: (pair.left, pair.right))
    }
  }
}
