import Foundation
import Hinge

/// What scanners burn into the picture around the sector: texts, a scale of depth, a grey bar and an ECG.
struct PhantomGraphics {
  private let sector: SectorGeometry
  private let parameters: PhantomCine.Parameters
  private let cycle: CardiacCycle
  /// Size of a dot of the texts.
  private let dot: Int

  init(_ cine: PhantomCine) {
    sector = cine.sector
    parameters = cine.parameters
    cycle = cine.cycle
    dot = max(1, cine.sector.rows / 300)
  }

  func draw(frame index: Int, into pixels: inout [UInt8]) {
    for (line, text) in texts.enumerated() {
      write(text, column: 6 * dot, row: (8 + 11 * line) * dot, into: &pixels)
    }
    drawDepthScale(into: &pixels)
    drawGrayBar(into: &pixels)
    for place in electrocardiogram(frame: index) { set(place.column, place.row, 230, in: &pixels) }
  }

  /// The ECG strip below the sector: the whole clip's trace and a line at the present frame.
  func electrocardiogram(frame index: Int) -> [(column: Int, row: Int)] {
    let box = strip
    let last = max(1, parameters.frames - 1)
    var trace: [(column: Int, row: Int)] = []
    var before: Int?
    for column in box.minX...box.maxX {
      let part = Double(column - box.minX) / Double(max(1, box.maxX - box.minX))
      let time = part * Double(last) * parameters.frameTime
      let level = cycle.electrocardiogram(parameters.firstPhase + time / cycle.period)
      let row = box.maxY - Int((0.25 + 0.7 * level) * Double(box.maxY - box.minY))
      for between in min(before ?? row, row)...max(before ?? row, row) { trace.append((column, between)) }
      before = row
    }
    let now = box.minX + (box.maxX - box.minX) * index / last
    return trace + (box.minY...box.maxY).map { (now, $0) }
  }

  /// Inclusive bounds of the ECG strip.
  var strip: (minX: Int, minY: Int, maxX: Int, maxY: Int) {
    (
      sector.columns / 5, sector.rows * 9 / 10, sector.columns * 4 / 5, sector.rows * 98 / 100
    )
  }

  private var texts: [String] {
    [
      "HINGED PHANTOM", "SYNTHETIC", "NOT FOR DIAGNOSIS", "A4C",
      "\(Int((1000 / parameters.frameTime).rounded())) HZ", "\(Int((parameters.depth / 10).rounded())) CM",
      "HR \(Int(parameters.heartRate.rounded()))",
    ]
  }

  private func write(_ text: String, column: Int, row: Int, into pixels: inout [UInt8]) {
    for at in BitmapFont.dots(of: text) {
      for y in 0..<dot {
        for x in 0..<dot { set(column + at.column * dot + x, row + at.row * dot + y, 210, in: &pixels) }
      }
    }
  }

  /// A mark every centimetre along the right border of the sector.
  private func drawDepthScale(into pixels: inout [UInt8]) {
    for centimetre in 1...max(1, Int(parameters.depth / 10)) {
      let range = Double(centimetre) * 10
      let direction = sector.mirrored ? -1.0 : 1.0
      let edge = sector.pixel(x: direction * range * sin(sector.halfAngle), y: range * cos(sector.halfAngle))
      let length = centimetre % 5 == 0 ? 5 : 2
      for step in 0..<(length * dot) { set(Int(edge.x) + 4 * dot + step, Int(edge.y), 220, in: &pixels) }
    }
  }

  private func drawGrayBar(into pixels: inout [UInt8]) {
    let height = sector.rows / 5
    for row in 0..<height {
      let level = UInt8(255 * (height - 1 - row) / max(1, height - 1))
      for column in 0..<(5 * dot) {
        set(sector.columns - 12 * dot + column, 30 * dot + row, level, in: &pixels)
      }
    }
  }

  private func set(_ column: Int, _ row: Int, _ value: UInt8, in pixels: inout [UInt8]) {
    guard column >= 0, column < sector.columns, row >= 0, row < sector.rows else { return }
    pixels[row * sector.columns + column] = value
  }
}

/// Capital letters, digits and a few signs of 5 x 7 dots, as old scanners write into their pictures.
enum BitmapFont {
  static let width = 5
  static let height = 7

  /// Seven rows from the top, five bits each, the highest on the left.
  static func rows(of character: Character) -> [UInt8] {
    glyphs[character] ?? [0, 0, 0, 0, 0, 0, 0]
  }

  /// The dots of a line of text: column and row from its top left corner.
  static func dots(of text: String) -> [(column: Int, row: Int)] {
    var result: [(column: Int, row: Int)] = []
    for (position, character) in text.enumerated() {
      for (row, bits) in rows(of: character).enumerated() {
        for column in 0..<width where bits & (16 >> UInt8(column)) != 0 {
          result.append((position * (width + 1) + column, row))
        }
      }
    }
    return result
  }

  private static let glyphs: [Character: [UInt8]] = [
    "A": [14, 17, 17, 31, 17, 17, 17], "B": [30, 17, 17, 30, 17, 17, 30], "C": [14, 17, 16, 16, 16, 17, 14],
    "D": [30, 17, 17, 17, 17, 17, 30], "E": [31, 16, 16, 30, 16, 16, 31], "F": [31, 16, 16, 30, 16, 16, 16],
    "G": [14, 17, 16, 23, 17, 17, 15], "H": [17, 17, 17, 31, 17, 17, 17], "I": [14, 4, 4, 4, 4, 4, 14],
    "J": [7, 2, 2, 2, 2, 18, 12], "K": [17, 18, 20, 24, 20, 18, 17], "L": [16, 16, 16, 16, 16, 16, 31],
    "M": [17, 27, 21, 21, 17, 17, 17], "N": [17, 25, 21, 19, 17, 17, 17], "O": [14, 17, 17, 17, 17, 17, 14],
    "P": [30, 17, 17, 30, 16, 16, 16], "Q": [14, 17, 17, 17, 21, 18, 13], "R": [30, 17, 17, 30, 20, 18, 17],
    "S": [15, 16, 16, 14, 1, 1, 30], "T": [31, 4, 4, 4, 4, 4, 4], "U": [17, 17, 17, 17, 17, 17, 14],
    "V": [17, 17, 17, 17, 17, 10, 4], "W": [17, 17, 17, 21, 21, 27, 17], "X": [17, 17, 10, 4, 10, 17, 17],
    "Y": [17, 17, 10, 4, 4, 4, 4], "Z": [31, 1, 2, 4, 8, 16, 31],
    "0": [14, 17, 19, 21, 25, 17, 14], "1": [4, 12, 4, 4, 4, 4, 14], "2": [14, 17, 1, 6, 8, 16, 31],
    "3": [31, 2, 4, 2, 1, 17, 14], "4": [2, 6, 10, 18, 31, 2, 2], "5": [31, 16, 30, 1, 1, 17, 14],
    "6": [6, 8, 16, 30, 17, 17, 14], "7": [31, 1, 2, 4, 8, 8, 8], "8": [14, 17, 17, 14, 17, 17, 14],
    "9": [14, 17, 17, 15, 1, 2, 12],
    ".": [0, 0, 0, 0, 0, 12, 12], "-": [0, 0, 0, 31, 0, 0, 0], "/": [1, 1, 2, 4, 8, 16, 16],
  ]
}
