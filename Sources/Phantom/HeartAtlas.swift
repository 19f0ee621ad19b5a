import Foundation

/// The scatterers of the heart at end diastole on a fine grid: tissue keeps its scatterers for the whole loop and
/// moves them along; blood only says how strongly it scatters, because its speckle changes from frame to frame.
struct HeartAtlas: Sendable {
  /// The part of the heart's plane that the grid covers, millimetres.
  private static let lower = HeartPoint(q: -115, z: -60)
  private static let upper = HeartPoint(q: 109, z: 180)
  /// Distance of the nodes, millimetres.
  let pitch: Double
  let width: Int
  let height: Int

  /// In-phase and quadrature amplitude of the tissue, 0 in blood.
  private(set) var real: [Float]
  private(set) var imaginary: [Float]
  /// Standard deviation of the amplitude of the blood, 0 in tissue.
  private(set) var blood: [Float]

  init(seed: UInt64, pitch: Double) {
    self.pitch = pitch
    width = Int((Self.upper.q - Self.lower.q) / pitch)
    height = Int((Self.upper.z - Self.lower.z) / pitch)
    let count = width * height
    let normal = NormalTable(seed: seed ^ 0xA71A5)
    var random = SplitMix64(seed: seed ^ 0x5CA77E)
    let echo = TissueEcho(seed: seed)
    real = [Float](repeating: 0, count: count)
    imaginary = real
    blood = real
    for row in 0..<height {
      var place = Int(random.next() % UInt64(NormalTable.count))
      for column in 0..<width {
        let point = HeartPoint(
          q: Self.lower.q + Double(column) * pitch, z: Self.lower.z + Double(row) * pitch)
        let (amplitude, isBlood) = echo.amplitude(at: point)
        let index = row * width + column
        if isBlood {
          blood[index] = Float(amplitude)
        } else {
          real[index] = Float(amplitude) * normal.values[place]
          imaginary[index] = Float(amplitude) * normal.values[(place + 1) & (NormalTable.count - 1)]
        }
        place = (place + 2) & (NormalTable.count - 1)
      }
    }
  }

  /// Index of the grid's node nearest to the place; places outside get the border's.
  @inline(__always)
  func index(_ point: HeartPoint) -> Int {
    let column = Int((point.q - Self.lower.q) / pitch + 0.5)
    let row = Int((point.z - Self.lower.z) / pitch + 0.5)
    return min(max(row, 0), height - 1) * width + min(max(column, 0), width - 1)
  }
}

/// How strongly tissue scatters, in amplitude, 1 for plain myocardium.
struct TissueEcho: Sendable {
  private let anatomy = HeartAnatomy()
  private let broad: ValueNoise
  private let medium: ValueNoise
  private let fine: ValueNoise
  private let border: ValueNoise

  init(seed: UInt64) {
    broad = ValueNoise(seed: SplitMix64.mix(seed &+ 1), scale: 22)
    medium = ValueNoise(seed: SplitMix64.mix(seed &+ 2), scale: 9)
    fine = ValueNoise(seed: SplitMix64.mix(seed &+ 3), scale: 3.5)
    border = ValueNoise(seed: SplitMix64.mix(seed &+ 4), scale: 5)
  }

  /// Walls look thicker than they are by the width of the beam, and it is the visible border that is traced:
  /// borders of the left heart are set back by that much.
  private static let standBack = 1.6

  func amplitude(at point: HeartPoint) -> (amplitude: Double, isBlood: Bool) {
    let q = point.q - Self.standBack * min(max(point.q / 8, -1), 1)
    let rough = HeartPoint(
      q: q + 1.3 * border.value(point.q, point.z), z: point.z + 0.6 * border.value(point.z, point.q))
    let tissue = anatomy.tissue(at: rough)
    let decibels = level(tissue, HeartPoint(q: q, z: point.z)) + variation(tissue, point)
    return (pow(10, decibels / 20), tissue.isBlood)
  }

  /// Decibels. Nearer the apex walls are faint; the lateral wall drops out where it runs along the beam.
  private func level(_ tissue: HeartTissue, _ point: HeartPoint) -> Double {
    switch tissue {
    case .leftVentricle: -19.5 + 5 * smoothStep((45 - point.z) / 45)
    case .rightVentricle: -15.5 + 3 * smoothStep((60 - point.z) / 40)
    case .leftAtrium: -19.5 + 2 * smoothStep((point.z - 90) / 30)
    case .rightAtrium: -16.5
    case .septum: septum(point) + annularGlow(point)
    case .lateralWall: lateralWall(point) + annularGlow(point)
    case .apex: -6
    case .rightWall: 1 + 6 * smoothStep((point.z - 50) / 25)
    case .atrialWall: 3 + 8 * smoothStep((point.z - 112) / 12)
    case .fibrousBody: -3 + annularGlow(point)
    case .pericardium: 3 + 10 * smoothStep((point.z - 100) / 20) - 3 * bump(point.z, 40, 16)
    case .chestWall: -4
    case .lung, .liver, .posterior: surroundings(point) + annularGlow(point)
    }
  }

  /// Brightest in its middle, and towards the base.
  private func septum(_ point: HeartPoint) -> Double {
    let middle = -22.5 - min(1, point.z / 40)
    return -3 + 6 * bump(point.q, middle, 4) + 4 * smoothStep((point.z - 45) / 30)
      - 4 * smoothStep((25 - point.z) / 25)
  }

  private func lateralWall(_ point: HeartPoint) -> Double {
    -1 + 4 * smoothStep((point.z - 55) / 25) - 4 * smoothStep((40 - point.z) / 30) - 4 * bump(point.z, 36, 13)
  }

  /// Fibrous tissue and fat around both ends of the mitral annulus and the free end of the tricuspid one.
  private func annularGlow(_ point: HeartPoint) -> Double {
    9 * bump(point.q, 24, 5.5) * bump(point.z, 84, 5) + 7 * bump(point.q, -21, 5.5) * bump(point.z, 82, 5)
      + 8 * bump(point.q, -60, 5) * bump(point.z, 72, 5)
  }

  /// Reverberating lung at the side, bright tissue behind the atria; one goes over into the other.
  private func surroundings(_ point: HeartPoint) -> Double {
    let lateral = -6 - 7 * smoothStep((abs(point.q + 5) - 36) / 28)
    let behind = 4 - 13 * smoothStep((abs(point.q + 15) - 36) / 30) - 6 * smoothStep((point.z - 130) / 20)
    return lateral + (behind - lateral) * smoothStep((point.z - 88) / 38)
  }

  private func variation(_ tissue: HeartTissue, _ point: HeartPoint) -> Double {
    let slow = 3 * broad.value(point.q, point.z)
    if tissue.isBlood { return slow }
    return slow + 4.5 * medium.value(point.q, point.z) + 3.5 * fine.value(point.q * 1.4, point.z)
  }

  private func bump(_ value: Double, _ centre: Double, _ width: Double) -> Double {
    exp(-0.5 * pow((value - centre) / width, 2))
  }
}
