import Foundation
import Hinge

/// A complex amplitude in range and angle: in-phase and quadrature parts, L x S.
struct Field: Sendable {
  var real: [Float]
  var imaginary: [Float]
}

/// Draws the sector of a phantom's frames.
struct PhantomSimulation: Sendable {
  private let sector: SectorGeometry
  private let seed: UInt64
  private let lines: Int
  private let samples: Int
  private let atlas: HeartAtlas
  private let normal: NormalTable
  private let beams: BeamFormer
  private let converter: ScanConverter
  private let compression: LogCompression
  /// What does not move in front of the heart: amplitude of the reverberations, L x S.
  private let clutter: Field
  /// Gain over the depth and the angle, decibels.
  private let shading: [Float]

  init(_ parameters: PhantomCine.Parameters, sector: SectorGeometry) {
    self.sector = sector
    seed = parameters.seed
    samples = min(512, max(160, parameters.rows * 3 / 2))
    lines = samples / 2
    atlas = HeartAtlas(
      seed: parameters.seed, pitch: min(0.8, max(0.4, parameters.depth / Double(samples))))
    normal = NormalTable(seed: SplitMix64.mix(parameters.seed &+ 77))
    beams = BeamFormer(
      lines: lines, samples: samples, linePitch: parameters.sectorDegrees / Double(lines - 1),
      samplePitch: parameters.depth / Double(samples - 1))
    converter = ScanConverter(sector, lines: lines, samples: samples)
    compression = LogCompression(dynamicRange: parameters.dynamicRange, gain: parameters.gain)
    let field = NearField(lines: lines, samples: samples, depth: parameters.depth, seed: parameters.seed)
    clutter = field.clutter(normal)
    shading = field.shading(decibelsToGray: Float(255 / parameters.dynamicRange))
  }

  func draw(frame index: Int, _ heart: HeartState, pose: HeartPose, into pixels: inout [UInt8]) {
    var field = clutter
    addScatterers(heart, pose, frame: index, to: &field)
    addLeaflets(heart, pose, to: &field)
    let gray = compression.gray(
      real: beams.form(field.real), imaginary: beams.form(field.imaginary), samples: samples)
    converter.draw(zip(gray, shading).map { $0 + $1 }, into: &pixels)
  }

  /// Tissue as it lies now, fresh blood, and electronic noise that grows with depth.
  private func addScatterers(_ heart: HeartState, _ pose: HeartPose, frame index: Int, to field: inout Field)
  {
    var random = SplitMix64(seed: SplitMix64.mix(seed ^ UInt64(index) &* 0x9E37_79B9) &+ 5)
    let noise = noiseFloor()
    for line in 0..<lines {
      let beam = direction(line)
      var place = Int(random.next() % UInt64(NormalTable.count / 2)) * 2
      for sample in 0..<samples {
        let range = Double(sample) * sector.depth / Double(samples - 1)
        let here = pose.heartPoint(x: range * beam.x, y: range * beam.y)
        let node = atlas.index(heart.motion.referencePoint(q: here.q, z: here.z))
        let fresh = atlas.blood[node] + noise[sample]
        let at = line * samples + sample
        field.real[at] += atlas.real[node] + fresh * normal.values[place]
        field.imaginary[at] += atlas.imaginary[node] + fresh * normal.values[place + 1]
        place = (place + 2) & (NormalTable.count - 1)
      }
    }
  }

  private func direction(_ line: Int) -> (x: Double, y: Double) {
    let angle = (2 * Double(line) / Double(lines - 1) - 1) * sector.halfAngle
    return (sin(angle), cos(angle))
  }

  /// Time gain compensation lifts the noise with the depth.
  private func noiseFloor() -> [Float] {
    (0..<samples).map { sample in
      let depth = Double(sample) / Double(samples - 1)
      return Float(pow(10, (-20 + 8 * depth * depth) / 20))
    }
  }

  /// Adds strong scatterers along the leaflets, about a millimetre thick.
  private func addLeaflets(_ heart: HeartState, _ pose: HeartPose, to field: inout Field) {
    let pitch = sector.depth / Double(samples - 1)
    let reach = Int((0.6 / pitch).rounded(.up))
    for (number, leaflet) in HeartValves(shape: heart.motion.now, opening: heart.opening).leaflets
      .enumerated()
    {
      var place = Int(SplitMix64.mix(seed &+ UInt64(number)) % UInt64(NormalTable.count / 2)) * 2
      for point in Self.dense(leaflet) {
        let (x, y) = pose.position(of: point)
        let line = Int(((atan2(x, y) / sector.halfAngle + 1) / 2 * Double(lines - 1)).rounded())
        let middle = Int(((x * x + y * y).squareRoot() / pitch).rounded())
        for sample in (middle - reach)...(middle + reach) {
          place = (place + 2) & (NormalTable.count - 1)
          guard line >= 0, line < lines, sample >= 0, sample < samples else { continue }
          field.real[line * samples + sample] += 1.1 * normal.values[place]
          field.imaginary[line * samples + sample] += 1.1 * normal.values[place + 1]
        }
      }
    }
  }

  /// Points about a third of a millimetre apart along the curve.
  private static func dense(_ curve: [HeartPoint]) -> [HeartPoint] {
    zip(curve, curve.dropFirst()).flatMap { from, to in
      (0..<6).map { step in
        let t = Double(step) / 6
        return HeartPoint(q: from.q + (to.q - from.q) * t, z: from.z + (to.z - from.z) * t)
      }
    }
  }
}

/// What the probe and the chest wall do to every picture: reverberations near the apex of the sector, and gain
/// that is uneven over depth and angle.
struct NearField: Sendable {
  let lines: Int
  let samples: Int
  let depth: Double
  let seed: UInt64

  func clutter(_ normal: NormalTable) -> Field {
    var field = Field(
      real: [Float](repeating: 0, count: lines * samples),
      imaginary: [Float](repeating: 0, count: lines * samples))
    let wave = ValueNoise(seed: SplitMix64.mix(seed &+ 9), scale: 0.3)
    var random = SplitMix64(seed: SplitMix64.mix(seed &+ 10))
    for line in 0..<lines {
      var place = Int(random.next() % UInt64(NormalTable.count / 2)) * 2
      let shift = 2.5 * wave.value(2 * Double(line) / Double(lines), 0)
      for sample in 0..<samples {
        let range = Double(sample) * depth / Double(samples - 1)
        let amplitude = Float(reverberation(range, shift))
        field.real[line * samples + sample] = amplitude * normal.values[place]
        field.imaginary[line * samples + sample] = amplitude * normal.values[place + 1]
        place = (place + 2) & (NormalTable.count - 1)
      }
    }
    return field
  }

  /// The echo of the probe's own face, the layers of the chest wall and a haze that dies away.
  private func reverberation(_ range: Double, _ shift: Double) -> Double {
    let haze = pow(10, (-3 - 0.25 * range) / 20)
    let outerLayer = 1.6 * exp(-0.5 * pow((range - 9 - shift) / 1.5, 2))
    let innerLayer = 2.4 * exp(-0.5 * pow((range - 17 - 1.5 * shift) / 1.8, 2))
    let face = 1.2 * exp(-range / 2.5)
    return haze + outerLayer + innerLayer + face
  }

  func shading(decibelsToGray: Float) -> [Float] {
    let uneven = ValueNoise(seed: SplitMix64.mix(seed &+ 12), scale: 1)
    return (0..<(lines * samples)).map { index in
      let angle = 2 * Double(index / samples) / Double(lines - 1) - 1
      let range = Double(index % samples) / Double(samples - 1)
      let edge = -6 * smoothStep((abs(angle) - 0.82) / 0.18)
      let sideways = 1.5 * uneven.value(angle * 3.5, range * 1.5)
      return Float(edge + sideways) * decibelsToGray
    }
  }
}
