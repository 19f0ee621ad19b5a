import Foundation
import Hinge
import Testing

@testable import Clips

/// A speckled sector that moves, in any colours, with whatever is drawn over it.
private struct ColourScene {
  static let side = 96
  static let box = PixelBox(x: 0, y: 0, width: side, height: side)
  static let frames = 12

  typealias RGB = (red: Double, green: Double, blue: Double)

  /// What a brightness is shown as.
  var map: (Double) -> RGB = { ($0, $0, $0) }
  /// A colour laid over a place in a frame, `nil` where none is.
  var overlay: (_ frame: Int, _ x: Int, _ y: Int) -> RGB? = { _, _, _ in nil }

  func decoded() -> [DecodedFrame] {
    (0..<Self.frames).map { frame in
      var luma = [UInt8](repeating: 0, count: Self.side * Self.side)
      let half = Self.side / 2
      var chroma = [Double](repeating: 0, count: 2 * half * half)
      for y in 0..<Self.side {
        for x in 0..<Self.side {
          let colour = overlay(frame, x, y) ?? map(Self.brightness(frame, x, y))
          let (r, g, b) = (min(colour.red, 255), min(colour.green, 255), min(colour.blue, 255))
          luma[y * Self.side + x] = UInt8(0.299 * r + 0.587 * g + 0.114 * b)
          let cell = y / 2 * half + x / 2
          chroma[cell] += (128 - 0.1687 * r - 0.3313 * g + 0.5 * b) / 4
          chroma[half * half + cell] += (128 + 0.5 * r - 0.4187 * g - 0.0813 * b) / 4
        }
      }
      let bytes = chroma.map { UInt8(min(255, max(0, $0))) }
      return DecodedFrame(
        index: frame, gray: GrayFrame(columns: Self.side, rows: Self.side, pixels: luma),
        chroma: ChromaPlanes(bytes: bytes[...], frameColumns: Self.side, frameRows: Self.side))
    }
  }

  /// Smooth, of all brightnesses, another in every frame.
  private static func brightness(_ frame: Int, _ x: Int, _ y: Int) -> Double {
    let (u, v) = (Double(x) / 7 + Double(frame), Double(y) / 9 - Double(frame) * 0.7)
    return 110 * (1 + sin(u) * cos(v))
  }

  func judgement(sector: BinaryMask? = nil) -> ColourJudgement {
    ColourJudgement(decoded(), box: Self.box, sector: sector)
  }
}

@Suite struct ColourJudgementTests {
  private static func isInJet(_ x: Int, _ y: Int) -> Bool { (30..<54).contains(x) && (40..<70).contains(y) }

  /// Red and blue in half of the frames.
  private static func flow(_ frame: Int, _ x: Int, _ y: Int) -> ColourScene.RGB? {
    guard frame % 2 == 0, isInJet(x, y) else { return nil }
    return frame % 4 == 0 ? (220, 30, 10) : (20, 60, 230)
  }

  nonisolated(unsafe) private static let maps: [(String, (Double) -> ColourScene.RGB)] = [
    ("gray", { ($0, $0, $0) }), ("copper", { (1.25 * $0, 0.78 * $0, 0.5 * $0) }),
    ("sepia", { ($0, 0.85 * $0, 0.62 * $0) }), ("blue", { (0.35 * $0, 0.5 * $0, $0) }),
    ("green", { (0.2 * $0, $0, 0.3 * $0) }), ("amber", { ($0, 0.7 * $0, 0) }),
    ("hot", { (2.7 * $0, max(0, 2.7 * $0 - 255), max(0, 2.7 * $0 - 510)) }),
    ("magenta to yellow", { ($0, $0 * $0 / 255, max(0, 160 - $0)) }),
  ]

  @Test(arguments: maps.indices) func aMapOfBrightnessIsNoColour(_ index: Int) {
    let (name, map) = Self.maps[index]
    let judgement = ColourScene(map: map).judgement()
    #expect(!judgement.showsColour, "\(name): \(judgement.overlaidShare)")
  }

  @Test(arguments: maps.indices) func flowOnAnyMapIsColour(_ index: Int) {
    let (name, map) = Self.maps[index]
    let judgement = ColourScene(map: map, overlay: Self.flow).judgement()
    #expect(judgement.showsColour, "\(name): \(judgement.overlaidShare)")
  }

  /// Nothing in the picture tells a map of brightness to hue from velocities, so it is not measured.
  @Test func aRainbowIsTakenForVelocities() {
    let scene = ColourScene { brightness in
      let place = brightness / 255 * 4
      func component(_ middle: Double) -> Double { 255 * min(1, max(0, 1.5 - abs(place - middle))) }
      return (component(3), component(2), component(1))
    }
    #expect(scene.judgement().showsColour)
  }

  /// A velocity over all of the tissue, one way in systole and the other in diastole.
  @Test func tissueVelocitiesAreColour() {
    let scene = ColourScene { frame, x, y in
      let brightness = 0.3 + 0.07 * Double((x / 4 * 3 + y / 4 * 7 + frame) % 10)
      return frame % 3 == 0
        ? (20 * brightness, 60 * brightness, 250 * brightness)
        : (210 * brightness, 60 * brightness, 20 * brightness)
    }
    #expect(scene.judgement().showsColour)
  }

  @Test func whatDoesNotChangeIsNoColour() {
    let logo = ColourScene { _, x, y in Self.isInJet(x, y) ? (40, 70, 160) : nil }
    #expect(!logo.judgement().showsColour)
  }

  @Test func whatLiesOutsideOfTheSectorIsNoColour() {
    let trace = ColourScene { frame, x, y in y > 80 && x / 8 == frame ? (0, 220, 40) : nil }
    let bits = (0..<ColourScene.side * ColourScene.side).map { $0 / ColourScene.side < 78 }
    let sector = BinaryMask(width: ColourScene.side, height: ColourScene.side, bits: bits)
    #expect(trace.judgement().overlaidShare > 0)
    #expect(trace.judgement(sector: sector).overlaidShare == 0)
  }

  @Test func framesWithoutChromaShowNone() {
    var frames = ColourScene(overlay: Self.flow).decoded()
    for index in frames.indices { frames[index].chroma = nil }
    let judgement = ColourJudgement(frames, box: ColourScene.box, sector: nil)
    #expect(judgement.overlaidShare == 0)
  }
}

extension ColourScene {
  fileprivate init(overlay: @escaping (_ frame: Int, _ x: Int, _ y: Int) -> RGB?) { self.overlay = overlay }
  fileprivate init(map: @escaping (Double) -> RGB) { self.map = map }
}
