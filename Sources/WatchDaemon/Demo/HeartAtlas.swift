import Foundation

/// The scatterers of the heart at end diastole on a fine grid: tissue keeps its scatterers for the whole loop and
/// moves them along; blood only says how strongly it scatters, because its speckle changes from frame to frame.
struct HeartAtlas: Sendable {
  /// Millimetres.
  static let pitch = 0.4
  static let lowerQ = -115.0
  static let lowerZ = -60.0
  static let width = 560
  static let height = 600

  /// In-phase and quadrature amplitude of the tissue, 0 in blood.
  private(set) var real: [Float]
  private(set) var imaginary: [Float]
  /// Standard deviation of the amplitude of the blood, 0 in tissue.
  private(set) var blood: [Float]

  init(seed: UInt64) {
    let count = Self.width * Self.height
    let normal = NormalTable(seed: seed ^ 0xA71A5)
    var random = SplitMix64(seed: seed ^ 0x5CA77E)
    let echo = TissueEcho(seed: seed)
    real = [Float](repeating: 0, count: count)
    imaginary = real
    blood = real
    for row in 0..<Self.height {
      var place = Int(random.next() % UInt64(NormalTable.count))
      for column in 0..<Self.width {
        let point = HeartPoint(
          q: Self.lowerQ + Double(column) * Self.pitch, z: Self.lowerZ + Double(row) * Self.pitch)
        let (amplitude, isBlood) = echo.amplitude(at: point)
        let index = row * Self.width + column
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

  /// Index of the grid's node nearest to the place; the border stands for what is outside.
  @inline(__always)
  static func index(_ point: HeartPoint) -> Int {
    let column = Int((point.q - lowerQ) / pitch + 0.5)
    let row = Int((point.z - lowerZ) / pitch + 0.5)
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

  func amplitude(at point: HeartPoint) -> (amplitude: Double, isBlood: Bool) {
    let rough = HeartPoint(
      q: point.q + 0.9 * border.value(point.q, point.z), z: point.z + 0.5 * border.value(point.z, point.q))
    let tissue = anatomy.tissue(at: rough)
    let decibels = level(tissue, point) + variation(tissue, point)
    return (pow(10, decibels / 20), tissue.isBlood)
  }

  /// Decibels. Nearer the apex walls are faint; the lateral wall drops out where it runs along the beam.
  private func level(_ tissue: HeartTissue, _ point: HeartPoint) -> Double {
    switch tissue {
    case .leftVentricle: -21
    case .rightVentricle: -19
    case .leftAtrium, .rightAtrium: -22
    case .septum: 2.5 + 3 * smoothStep((point.z - 55) / 25) - 4 * smoothStep((25 - point.z) / 25)
    case .lateralWall:
      -0.5 + 4 * smoothStep((point.z - 62) / 18) - 4 * smoothStep((40 - point.z) / 30)
        - 3 * bump(point.z, 35, 14)
    case .apex: -5
    case .rightWall: 2 + 4 * smoothStep((point.z - 55) / 20)
    case .atrialWall: 4 + 5 * smoothStep((point.z - 112) / 14)
    case .fibrousBody: 8
    case .pericardium: 4 + 6 * smoothStep((point.z - 95) / 25)
    case .lung: -3 - 7 * smoothStep((abs(point.q) - 36) / 30)
    case .liver: -5
    case .chestWall: -3
    case .posterior: 3 - 9 * smoothStep((point.z - 135) / 30)
    }
  }

  private func variation(_ tissue: HeartTissue, _ point: HeartPoint) -> Double {
    let strength = tissue.isBlood ? 0.5 : 1.0
    return strength
      * (2.5 * broad.value(point.q, point.z) + 2.5 * medium.value(point.q, point.z)
        + 2 * fine.value(point.q, point.z))
  }

  private func bump(_ value: Double, _ centre: Double, _ width: Double) -> Double {
    exp(-0.5 * pow((value - centre) / width, 2))
  }
}
