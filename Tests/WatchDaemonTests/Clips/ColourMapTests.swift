import Foundation
import TestSupport
import Testing

@testable import Clips

/// The brightness before a colour map comes back from the picture under it, whatever the map.
@Suite struct ColourMapTests {
  private static let side = 160
  private static let frames = 3

  /// Many dark pixels and few bright ones, as ultrasound has them, of every brightness but those that `lacks` says.
  private static func gray(lacking lacks: Set<UInt8> = []) -> [UInt8] {
    var noise = Seeded(seed: 7)
    return (0..<side * side * frames).map { index in
      let place = Double(index % (side * side)) / Double(side * side)
      let level = UInt8(min(255, 260 * place * place + Double(noise.next() % 3)))
      return lacks.contains(level) ? level - 1 : level
    }
  }

  private static func clip(_ value: Double) -> UInt8 { UInt8(min(255, max(0, value)).rounded()) }

  private typealias Map = (Double) -> (Double, Double, Double)
  nonisolated(unsafe) private static let maps: [(String, Map)] = [
    ("copper", { (1.25 * $0, 0.78 * $0, 0.5 * $0) }), ("blue", { (0.35 * $0, 0.5 * $0, $0) }),
    ("sepia", { ($0, 0.85 * $0, 0.62 * $0) }), ("green", { (0.2 * $0, $0, 0.3 * $0) }),
    ("amber", { ($0, 0.7 * $0, 0) }), ("violet", { (0.7 * $0, 0.3 * $0, $0) }),
    ("hot", { (2.7 * $0, 2.7 * $0 - 255, 2.7 * $0 - 510) }),
    ("bending", { (255 * pow($0 / 255, 0.75), 0.7 * $0, $0 * $0 / 510) }),
  ]

  private static func pixels(_ gray: [UInt8], _ map: Map) -> [UInt8] {
    gray.flatMap { level -> [UInt8] in
      let (red, green, blue) = map(Double(level))
      return [clip(red), clip(green), clip(blue)]
    }
  }

  private static func shown(_ gray: [UInt8], under map: Map) throws -> [UInt8] {
    var dicom = DICOMBytes.ultrasound(
      rows: side, columns: side, frames: frames, photometric: "RGB", samples: 3)
    dicom.setPixels(pixels(gray, map))
    return try DecodeFixture(dicom).frames().flatMap(\.gray.pixels)
  }

  private static func largestDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
    zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 255
  }

  /// Gray levels that the brightest may be off: copper shows some of them in one colour.
  private static func tolerance(_ name: String) -> Int { name == "copper" ? 6 : 3 }

  @Test(arguments: maps.indices) func brightnessComesBackLevelByLevel(_ index: Int) throws {
    let (name, map) = Self.maps[index]
    let gray = Self.gray()
    #expect(Self.largestDifference(try Self.shown(gray, under: map), gray) <= Self.tolerance(name), "\(name)")
  }

  @Test(arguments: maps.indices) func levelsThatThePictureLacksLeaveAGap(_ index: Int) throws {
    let (name, map) = Self.maps[index]
    let gray = Self.gray(lacking: [40, 41, 90, 150, 201, 233])
    #expect(Self.largestDifference(try Self.shown(gray, under: map), gray) <= Self.tolerance(name), "\(name)")
  }

  /// The map's own colours are gone: what is left is in proportion to the components that go on growing.
  @Test(arguments: maps.indices.prefix(6)) func brightnessComesBackFromAConvertedPicture(_ index: Int) throws
  {
    let (name, map) = Self.maps[index]
    let gray = Self.gray()
    var dicom = DICOMBytes.ultrasound(
      rows: Self.side, columns: Self.side, frames: Self.frames, photometric: "YBR_FULL", samples: 3)
    let rgb = Self.pixels(gray, map).map(Double.init)
    dicom.setPixels(
      stride(from: 0, to: rgb.count, by: 3).flatMap { at -> [UInt8] in
        let (r, g, b) = (rgb[at], rgb[at + 1], rgb[at + 2])
        return [
          Self.clip(0.299 * r + 0.587 * g + 0.114 * b), Self.clip(128 - 0.1687 * r - 0.3313 * g + 0.5 * b),
          Self.clip(128 + 0.5 * r - 0.4187 * g - 0.0813 * b),
        ]
      })
    let shown = try DecodeFixture(dicom).frames().flatMap(\.gray.pixels)
    #expect(Self.largestDifference(shown, gray) <= 10, "\(name)")
  }

  @Test func aFaintTintIsTakenByItsLuma() throws {
    let gray = Self.gray()
    let shown = try Self.shown(gray) { ($0, 0.97 * $0, 0.9 * $0) }
    #expect(Self.largestDifference(shown, gray.map { Self.clip(0.971 * Double($0)) }) <= 2)
  }

  /// Without colour nothing is a map's.
  @Test func grayStaysAsItIs() throws {
    let gray = Self.gray()
    #expect(try Self.shown(gray) { ($0, $0, $0) } == gray)
  }
}
