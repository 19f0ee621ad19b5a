import Foundation
import Hinge

@testable import Clips
@testable import Phantom
@testable import Study

/// A heart of which everything is known, as a cine whose gray values say what each pixel shows.
///
/// The ventricle is an ellipsoid with three axes, cut off at the annulus; the atrium is half of one. In the course of
/// a beat the annulus moves towards the apex, both views narrow, the wall thickens, and its outer tip stays in place
/// but for the drift of the whole picture. Lengths are in millimetres.
struct KnownHeart: Sendable {
  /// A measure at end diastole and at end systole.
  typealias Course = (ed: Double, es: Double)

  /// Half the ventricle's largest width in the view.
  var radius: [EchoView: Course]
  /// From the wall's outer tip to the annulus at end diastole.
  var height: Double
  var excursion: Double
  var atriumLength: Course = (34, 46)
  /// Of the long axis, degrees.
  var tilt = 0.0
  /// Downwards, a frame.
  var drift = 0.0
  var spacing: PixelSpacing
  var rows: Int
  var columns: Int

  static let wall: Course = (9, 11)
  static let frames = 44
  static let frameTime = 34.0
  /// Frames of one beat, and from end diastole to end systole.
  static let beat = 30
  static let systole = 11
  static let firstDiastole = 4
  /// The annulus lies so much of the ellipsoid's half length beyond its equator: it is 0.8 of the width there.
  private static let cut = 0.6

  /// 0 at end diastole, 1 at end systole; both last for three frames.
  static func contraction(_ frame: Int) -> Double {
    let phase = ((frame - firstDiastole) % beat + beat) % beat
    func ease(_ part: Double) -> Double { (1 - cos(Double.pi * max(0, min(1, part)))) / 2 }
    return phase <= systole
      ? ease(Double(phase - 1) / Double(systole - 2))
      : 1 - ease(Double(phase - systole - 1) / Double(beat - systole - 2))
  }

  private func value(_ course: Course, _ contraction: Double) -> Double {
    course.ed + (course.es - course.ed) * contraction
  }

  /// From the annulus to the inner tip.
  func length(_ contraction: Double) -> Double {
    height - excursion * contraction - value(Self.wall, contraction)
  }

  func annulus(_ view: EchoView, _ contraction: Double) -> Double {
    guard let radius = radius[view] else { return 0 }
    return 2 * value(radius, contraction) * (1 - Self.cut * Self.cut).squareRoot()
  }

  /// Millilitres, of the ellipsoid whose two other axes are what the views show.
  func ventricle(_ a: EchoView, _ b: EchoView, _ contraction: Double) -> Double {
    guard let a = radius[a], let b = radius[b] else { return 0 }
    let half = length(contraction) / (1 + Self.cut)
    let part = 1 + Self.cut - (1 + Self.cut * Self.cut * Self.cut) / 3
    return Double.pi * value(a, contraction) * value(b, contraction) * half * part / 1000
  }

  /// Millilitres at end systole.
  func atrium(_ a: EchoView, _ b: EchoView) -> Double {
    Double.pi / 6 * annulus(a, 1) * annulus(b, 1) * atriumLength.es / 1000
  }
}

extension KnownHeart {
  /// What a point shows at the height `z` above the annulus, towards the apex, and `q` beside the axis.
  private func label(z: Double, q: Double, radius: Double, _ contraction: Double) -> ChamberLabel {
    func inside(_ q: Double, _ z: Double) -> Bool { q * q + z * z <= 1 }
    if z < 0 {
      let half = radius * (1 - Self.cut * Self.cut).squareRoot()
      return inside(q / half, z / value(atriumLength, contraction)) ? .leftAtrium : .background
    }
    let half = length(contraction) / (1 + Self.cut)
    let wall = value(Self.wall, contraction)
    let above = z - Self.cut * half
    if inside(q / radius, above / half) { return .leftVentricle }
    return inside(q / (radius + wall), above / (half + wall)) ? .myocardium : .background
  }

  private var sector: SectorGeometry {
    var parameters = PhantomCine.Parameters()
    parameters.rows = rows
    parameters.columns = columns
    parameters.depth = 185
    parameters.sectorDegrees = 86
    parameters.spacing = spacing
    return SectorGeometry(parameters)
  }

  /// T x H x W. Every pixel of the sector flickers a little, as speckle does: that is how the sector is told from what
  /// lies around it.
  func pixels(_ view: EchoView) -> [UInt8] {
    let sector = sector
    guard let radius = radius[view] else { return [] }
    let (sine, cosine) = (sin(tilt * .pi / 180), cos(tilt * .pi / 180))
    let places = (0..<rows * columns).map { index -> (x: Double, y: Double)? in
      let pixel = Point(x: Double(index % columns), y: Double(index / columns))
      return sector.contains(pixel) ? sector.position(of: pixel) : nil
    }
    var noise: UInt32 = 1
    return (0..<Self.frames).flatMap { frame in
      let contraction = Self.contraction(frame)
      let widest = value(radius, contraction)
      return places.map { place -> UInt8 in
        guard let place else { return 0 }
        let (x, y) = (place.x, place.y - 28 - drift * Double(frame))
        let z = height - excursion * contraction - (x * sine + y * cosine)
        let label = label(z: z, q: x * cosine - y * sine, radius: widest, contraction)
        noise = noise &* 1_664_525 &+ 1_013_904_223
        return UInt8(
          LabelReader.gray(label) - LabelReader.flicker + Int(noise >> 16) % (2 * LabelReader.flicker + 1))
      }
    }
  }

  /// The clip as a file of a study.
  /// - Parameter second: a view that is shown to the right of the first one, in the same frames.
  func write(
    _ view: EchoView, beside second: EchoView? = nil, to path: String, study: String,
    instance: Int
  ) throws {
    var file = CineFile(
      sopInstanceUID: "\(study).\(instance)", studyInstanceUID: study, seriesInstanceUID: "\(study).9",
      rows: rows, columns: second == nil ? columns : 2 * columns, frames: Self.frames,
      timing: .frameTime(Self.frameTime))
    file.regions = second == nil ? [region(left: 0)] : [region(left: 0), region(left: columns)]
    file.rWaveTimes = [0, 1].map { Double(Self.firstDiastole + $0 * Self.beat) * Self.frameTime }
    file.viewCode =
      view == .a4c
      ? .apicalFourChamber : .init(value: "399232001", scheme: "SCT", meaning: "Apical two chamber")
    file.attributes = CineFile.syntheticStudy
    file.attributes[0x0020_0013] = String(instance)
    let first = pixels(view)
    try CineWriter.write(file, pixels: second.map { side(first, by: pixels($0)) } ?? first, to: path)
  }

  private func region(left: Int) -> ClipHeader.Region {
    let box = sector.bounds
    return ClipHeader.Region(
      spatialFormat: 1, dataType: 1, flags: 0, minX: left + box.minX, minY: box.minY, maxX: left + box.maxX,
      maxY: box.maxY, unitsX: 3, unitsY: 3, deltaX: spacing.x / 10, deltaY: spacing.y / 10)
  }

  private func side(_ left: [UInt8], by right: [UInt8]) -> [UInt8] {
    var both: [UInt8] = []
    both.reserveCapacity(2 * left.count)
    for start in stride(from: 0, to: left.count, by: columns) {
      both += left[start..<start + columns]
      both += right[start..<start + columns]
    }
    return both
  }
}
