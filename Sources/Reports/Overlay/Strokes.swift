import Hinge

/// A font of single strokes for the labels of pictures: ASCII only, legible at any size.
///
/// Each glyph is drawn on a grid of unit steps: capitals reach from y = 0 to the baseline at y = 6, small letters
/// from y = 2, tails reach y = 8, and letters are at most 4 wide. A stroke is a row of two-digit points, x then
/// y; a stroke of one point twice is a dot.
enum StrokeFont {
  /// The height of a capital in grid steps.
  static let capitalHeight = 6.0
  /// The gap between letters, and the width of a space, in grid steps.
  private static let gap = 1.8
  private static let spaceWidth = 2.4

  /// The strokes of a text in grid steps, starting at x = 0, and the width of the whole.
  static func layout(_ text: String) -> (strokes: [[Point]], width: Double) {
    var strokes: [[Point]] = []
    var x = 0.0
    for character in text {
      if character == " " {
        x += spaceWidth
        continue
      }
      let glyph = parsed[character] ?? parsed["?"] ?? []
      strokes += glyph.map { $0.map { Point(x: $0.x + x, y: $0.y) } }
      x += (glyph.joined().map(\.x).max() ?? 0) + gap
    }
    return (strokes, max(0, x - gap))
  }

  private static let parsed = glyphs.mapValues { $0.split(separator: " ").map(points) }

  private static func points(_ stroke: Substring) -> [Point] {
    let digits = stroke.utf8.map { Double($0) - 48 }
    return stride(from: 0, to: digits.count - 1, by: 2).map { Point(x: digits[$0], y: digits[$0 + 1]) }
  }

  private static let glyphs: [Character: String] = [
    "A": "0602204246 0444", "B": "003041423303 3344453606 0006", "C": "4130100105163645",
    "D": "003041453606 0006", "E": "40000646 0333", "F": "400006 0333", "G": "41301001051636454323",
    "H": "0006 4046 0343", "I": "0006", "J": "4045361605", "K": "0006 400346", "L": "000646",
    "M": "0600234046", "N": "06004640", "O": "103041453616050110", "P": "060030414233 3303",
    "Q": "103041453616050110 2446", "R": "060030414233 3303 2346", "S": "413010010213334445361605",
    "T": "0040 2026", "U": "000516364540", "V": "002640", "W": "0016233640", "X": "0046 4006",
    "Y": "002340 2326", "Z": "00400646",
    "a": "12324346 441405163645", "b": "0006 0312324345361605", "c": "4332120305163645",
    "d": "4046 4332120305163645", "e": "04444332120305163645", "f": "30201116 0232",
    "g": "4332120305163645 4247381807", "h": "0006 03123243 4346", "i": "0206 0000", "j": "121708 1010",
    "k": "0006 320436", "l": "000516", "m": "0602 03122326 23324346", "n": "0602 03123243 4346",
    "o": "123243453616050312", "p": "0208 0312324345361605", "q": "4248 4332120305163645",
    "r": "0602 031232", "s": "43321203143445361605", "t": "10152636 0232", "u": "0205163645 4246",
    "v": "022642", "w": "0216233642", "x": "0246 4206", "y": "0226 4208", "z": "02420646",
    "0": "103041453616050110", "1": "012026", "2": "011030414206 0646", "3": "011030414233 1333444536 361605",
    "4": "36300444", "5": "40000232434536 361605", "6": "41301001051636454433 331304", "7": "004016",
    "8": "13020110304142331304051636454433", "9": "051636454130100102133342",
    ".": "0606", ",": "1507", ":": "0303 0606", ";": "1313 1507", "!": "0004 0606", "?": "011030414224 2626",
    "-": "0333", "+": "2125 0343", "=": "0242 0444", "_": "0747", "/": "0640", "\\": "0046", "|": "0007",
    "(": "20111526", ")": "00111506", "[": "20000626", "]": "00202606", "{": "20111203141526",
    "}": "00111223141506", "<": "310335", ">": "013305", "'": "0001", "\"": "0001 2021", "`": "0011",
    "^": "022042", "~": "04133443", "*": "2125 0244 4204", "#": "1016 3036 0242 0444",
    "%": "4006 0010110100 3545463635", "&": "46020110203104051626 2644", "$": "413010010213334445361605 2026",
    "@": "341412323444413010010516 1636",
  ]
}

/// Anti-aliased coverage of a set of lines, on the part of a canvas that they can reach.
struct StrokeCoverage: Sendable {
  let columns: Range<Int>
  let rows: Range<Int>
  private let radius: Double
  /// In 255ths, row by row. Bytes, since a chamber's outline leaves most of a large part empty, and that has to be
  /// cleared and looked through.
  private var values: [UInt8]

  /// Of lines with round ends; where they overlap they count once.
  init(of paths: [[Point]], width: Double, canvasWidth: Int, canvasHeight: Int) {
    radius = width / 2
    let reach = radius + 1
    let points = paths.joined()
    func range(_ values: [Double], _ limit: Int) -> Range<Int> {
      guard let low = values.min(), let high = values.max(), low.isFinite, high.isFinite else { return 0..<0 }
      let clipped = max(-1, min(Double(limit), low - reach))..<max(0, min(Double(limit), high + reach + 1))
      return (Int(clipped.lowerBound)..<max(Int(clipped.lowerBound), Int(clipped.upperBound)))
        .clamped(to: 0..<limit)
    }
    columns = range(points.map(\.x), canvasWidth)
    rows = range(points.map(\.y), canvasHeight)
    values = [UInt8](repeating: 0, count: columns.count * rows.count)
    draw(paths)
  }

  /// Calls `body` with each pixel of which a line covers something.
  func forEachCovered(_ body: (_ x: Int, _ y: Int, _ covered: Float) -> Void) {
    values.withUnsafeBytes { values in
      for y in rows {
        let row = (y - rows.lowerBound) * columns.count
        var x = 0
        while x < columns.count {
          if x + 8 <= columns.count, values.loadUnaligned(fromByteOffset: row + x, as: UInt64.self) == 0 {
            x += 8
            continue
          }
          if values[row + x] > 0 { body(columns.lowerBound + x, y, Float(values[row + x]) / 255) }
          x += 1
        }
      }
    }
  }

  private mutating func draw(_ paths: [[Point]]) {
    let (columns, rows, radius) = (columns, rows, radius)
    values.withUnsafeMutableBufferPointer { values in
      for path in paths {
        for (from, to) in zip(path, path.dropFirst()) {
          Self.draw(Segment(from, to), radius, into: values, columns, rows)
        }
      }
    }
  }

  private static func draw(
    _ segment: Segment, _ radius: Double, into values: UnsafeMutableBufferPointer<UInt8>,
    _ columns: Range<Int>, _ rows: Range<Int>
  ) {
    let reach = radius + 1
    let reachedRows = span(segment.from.y, segment.to.y, reach).clamped(to: rows)
    let reachedColumns = span(segment.from.x, segment.to.x, reach).clamped(to: columns)
    guard let left = reachedColumns.first, let start = values.baseAddress else { return }
    for y in reachedRows {
      let row = start + (y - rows.lowerBound) * columns.count + (left - columns.lowerBound)
      segment.cover(row, from: left, count: Int32(reachedColumns.count), y: y, radius: Float(radius))
    }
  }

  private static func span(_ a: Double, _ b: Double, _ reach: Double) -> Range<Int> {
    guard a.isFinite, b.isFinite else { return 0..<0 }
    let low = max(-1e6, min(a, b) - reach)
    let high = min(1e6, max(a, b) + reach + 1)
    return Int(low)..<max(Int(low), Int(high))
  }
}

/// A straight line between two points.
private struct Segment {
  let from: Point
  let to: Point
  private let (dx, dy): (Float, Float)
  /// 1 over the squared length; 0 where it has none.
  private let scale: Float

  init(_ from: Point, _ to: Point) {
    (self.from, self.to) = (from, to)
    (dx, dy) = (Float(to.x - from.x), Float(to.y - from.y))
    let length = dx * dx + dy * dy
    scale = length == 0 ? 0 : 1 / length
  }

  /// Raises what is covered of the pixels from column `left` on in row `y`. Written so that the compiler makes vector
  /// instructions of it: no checks, no calls.
  func cover(_ row: UnsafeMutablePointer<UInt8>, from left: Int, count: Int32, y: Int, radius: Float) {
    let px = Float(Double(left) - from.x)
    let py = Float(Double(y) - from.y)
    for x in 0..<count {
      let along = px + Float(x)
      let t = Self.clamp((along * dx + py * dy) * scale)
      let ex = along - t * dx
      let ey = py - t * dy
      let covered = Self.clamp(radius + 0.5 - (ex * ex + ey * ey).squareRoot())
      // 2^23 has the ones in its last bit: the sum's last byte is the nearest whole number of 255ths.
      let value = UInt8(truncatingIfNeeded: (covered * 255 + 8_388_608).bitPattern)
      row[Int(x)] = row[Int(x)] > value ? row[Int(x)] : value
    }
  }

  private static func clamp(_ value: Float) -> Float { value < 0 ? 0 : value > 1 ? 1 : value }
}
