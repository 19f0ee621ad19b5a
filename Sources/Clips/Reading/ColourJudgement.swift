import Hinge

/// Whether colour is laid over the picture of a cine, as flow and tissue velocities are. A picture under a colour map
/// is none of these: there colour is a function of brightness alone. Neither is what does not change, a logo or a
/// scale, nor what lies outside of the sector.
struct ColourJudgement: Equatable, Sendable {
  /// Share of what the frames show within the sector whose colour is not that of its brightness.
  let overlaidShare: Double

  /// Above this share a clip is a colour loop.
  static let largestShare = 0.015
  /// Gray values by which R, G and B of a colour and of its brightness' usual colour may differ unequally: above what
  /// compression leaves.
  static let largestDifference = 48
  /// Values by which what does not change flickers under lossy compression.
  static let flicker: UInt8 = 24

  var showsColour: Bool { overlaidShare > Self.largestShare }

  /// - Parameters:
  ///   - frames: with their chroma; those without count for nothing.
  ///   - box: of the stored frame.
  ///   - sector: on the grid of `box`; all of it where there is none.
  init(_ frames: [DecodedFrame], box: PixelBox, sector: BinaryMask?) {
    let pictures = frames.compactMap { ColourPicture($0, box: box, sector: sector) }
    let tint = TintMap(pictures)
    let moving = Self.moving(pictures)
    var overlaid = 0
    for picture in pictures {
      for (cell, moves) in zip(picture.cells, moving) where moves && tint.differs(from: cell) {
        overlaid += 1
      }
    }
    let all = moving.count * pictures.count
    overlaidShare = all == 0 ? 0 : Double(overlaid) / Double(all)
  }

  /// Of each cell whether one of its components changes from picture to picture.
  private static func moving(_ pictures: [ColourPicture]) -> [Bool] {
    guard var low = pictures.first?.cells else { return [] }
    var high = low
    for picture in pictures.dropFirst() {
      for (index, cell) in picture.cells.enumerated() {
        low[index].takeLower(cell)
        high[index].takeHigher(cell)
      }
    }
    return zip(low, high).map { low, high in
      max(high.luma - low.luma, high.blue - low.blue, high.red - low.red) > flicker
    }
  }
}

/// The part of a frame within the sector, two by two pixels a cell.
private struct ColourPicture {
  struct Cell {
    var luma: UInt8
    var blue: UInt8
    var red: UInt8

    mutating func takeLower(_ other: Cell) {
      (luma, blue, red) = (min(luma, other.luma), min(blue, other.blue), min(red, other.red))
    }

    mutating func takeHigher(_ other: Cell) {
      (luma, blue, red) = (max(luma, other.luma), max(blue, other.blue), max(red, other.red))
    }
  }

  /// In an order that depends on box and sector alone.
  private(set) var cells: [Cell] = []

  /// `nil` where the frame came without chroma or could not be decoded.
  init?(_ frame: DecodedFrame, box: PixelBox, sector: BinaryMask?) {
    guard let chroma = frame.chroma, frame.missing == nil else { return nil }
    let gray = frame.gray
    let columns = (box.x / 2..<(box.maxX + 1) / 2).clamped(to: 0..<chroma.columns)
    let rows = (box.y / 2..<(box.maxY + 1) / 2).clamped(to: 0..<chroma.rows)
    guard !columns.isEmpty, !rows.isEmpty else { return }
    cells.reserveCapacity(columns.count * rows.count)
    gray.pixels.withUnsafeBufferPointer { pixels in
      for row in rows {
        let upper = 2 * row * gray.columns
        let lower = min(2 * row + 1, gray.rows - 1) * gray.columns
        for column in columns {
          let x = 2 * column
          if let sector, !sector.contains(x: x - box.x, y: 2 * row - box.y) { continue }
          let right = min(x + 1, gray.columns - 1)
          let upperSum = Int(pixels[upper + x]) + Int(pixels[upper + right])
          let lowerSum = Int(pixels[lower + x]) + Int(pixels[lower + right])
          let place = row * chroma.columns + column
          cells.append(
            Cell(luma: UInt8((upperSum + lowerSum + 2) / 4), blue: chroma.blue[place], red: chroma.red[place])
          )
        }
      }
    }
  }
}

/// The colour that each brightness usually has: gray, or that of the map which the picture is shown under.
private struct TintMap {
  /// Brightnesses that are taken together.
  private static let step = 2
  /// How many steps on either side tell how the map goes on.
  private static let reach = 8
  /// Fewer cells than this do not tell what is usual.
  private static let fewest = 32

  private var blue = [Int](repeating: 128, count: 256 / step)
  private var red = [Int](repeating: 128, count: 256 / step)

  init(_ pictures: [ColourPicture]) {
    let levels = 256 / Self.step
    var blues = [Int32](repeating: 0, count: levels * 256)
    var reds = blues
    for picture in pictures {
      for cell in picture.cells {
        let level = Int(cell.luma) / Self.step * 256
        blues[level + Int(cell.blue)] += 1
        reds[level + Int(cell.red)] += 1
      }
    }
    for level in 0..<levels {
      let range = level * 256..<(level + 1) * 256
      // What is too rare to tell is as the brightness below it is.
      let below = level == 0 ? (128, 128) : (blue[level - 1], red[level - 1])
      blue[level] = Self.median(blues[range]) ?? below.0
      red[level] = Self.median(reds[range]) ?? below.1
    }
    let used = (0..<levels).filter { level in
      blues[level * 256..<(level + 1) * 256].reduce(0, +) >= Self.fewest
    }
    guard let darkest = used.first, let brightest = used.last else { return }
    blue = Self.smoothed(blue, darkest...brightest)
    red = Self.smoothed(red, darkest...brightest)
  }

  /// The median over neighbouring brightnesses: a map goes on smoothly, and flow of one colour outweighs the tissue at
  /// one brightness only.
  /// As many on either side, so that the map's ends are not pulled inwards.
  private static func smoothed(_ values: [Int], _ used: ClosedRange<Int>) -> [Int] {
    values.indices.map { level in
      let room = max(0, min(level - used.lowerBound, used.upperBound - level))
      let near = min(reach, room)
      let window = values[level - near...level + near].sorted()
      return window[window.count / 2]
    }
  }

  private static func median(_ counts: ArraySlice<Int32>) -> Int? {
    let all = counts.reduce(0, +)
    guard all >= fewest else { return nil }
    var seen: Int32 = 0
    for (value, count) in counts.enumerated() {
      seen += count
      if 2 * seen >= all { return value }
    }
    return nil
  }

  /// Whether R, G and B lie farther apart than they do in what is usual: PS3.3 C.7.6.3.1.2 in 1/256.
  func differs(from cell: ColourPicture.Cell) -> Bool {
    let level = Int(cell.luma) / Self.step
    let cb = Int(cell.blue) - blue[level]
    let cr = Int(cell.red) - red[level]
    let (r, g, b) = (359 * cr, -88 * cb - 183 * cr, 454 * cb)
    return max(r, g, b) - min(r, g, b) > 256 * ColourJudgement.largestDifference
  }
}

/// The chroma of a frame at half its size, as YBR_FULL has it (PS3.3 C.7.6.3.1.2): 128 where there is no colour. Each
/// value is the mean of two by two pixels.
package struct ChromaPlanes: Sendable, Equatable {
  var columns: Int
  var rows: Int
  var blue: [UInt8]
  var red: [UInt8]

  /// The planes of a frame of that size, one after the other; `nil` where there are more or fewer bytes.
  init?(bytes: ArraySlice<UInt8>, frameColumns: Int, frameRows: Int) {
    columns = (frameColumns + 1) / 2
    rows = (frameRows + 1) / 2
    let count = columns * rows
    guard bytes.count == 2 * count else { return nil }
    blue = Array(bytes.prefix(count))
    red = Array(bytes.suffix(count))
  }

  static func byteCount(frameColumns: Int, frameRows: Int) -> Int {
    2 * ((frameColumns + 1) / 2) * ((frameRows + 1) / 2)
  }
}
