import Hinge

/// What is where in the heart at end diastole.
enum HeartTissue: UInt8, Sendable {
  case leftVentricle, rightVentricle, leftAtrium, rightAtrium
  case septum, lateralWall, apex, rightWall
  case atrialWall, fibrousBody, pericardium
  case lung, liver, chestWall, posterior

  var isBlood: Bool { rawValue <= HeartTissue.rightAtrium.rawValue }

  /// As CAMUS labels it.
  var label: ChamberLabel {
    switch self {
    case .leftVentricle: .leftVentricle
    case .septum, .lateralWall, .apex: .myocardium
    case .leftAtrium: .leftAtrium
    default: .background
    }
  }
}

/// The anatomy at end diastole.
struct HeartAnatomy: Sendable {
  private let shape = HeartShape(contraction: 0)
  /// Half widths over the distance behind the annulus.
  private let leftAtrium = HeartProfile([
    (0, 16.5), (4, 18.4), (12, 20.4), (22, 20.4), (32, 17.8), (40, 11.0), (44, 0),
  ])
  private let rightAtrium = HeartProfile([
    (0, 14.5), (4, 17), (12, 19.5), (22, 19.5), (32, 16.5), (38, 10.0), (41, 0),
  ])

  func tissue(at point: HeartPoint) -> HeartTissue {
    let plane = shape.annulus(point.q)
    return point.z <= plane
      ? ventricular(point.q, point.z / plane) : atrial(point.q, point.z - plane)
  }

  private func ventricular(_ q: Double, _ zeta: Double) -> HeartTissue {
    let inside = q < 0 ? shape.endocardiumLeft(zeta) : shape.endocardiumRight(zeta)
    let outside = q < 0 ? shape.epicardiumLeft(zeta) : shape.epicardiumRight(zeta)
    let distance = abs(q)
    if zeta > 0 && distance < inside { return .leftVentricle }
    if distance < outside {
      if zeta < 0.12 { return .apex }
      return q < 0 ? .septum : .lateralWall
    }
    if q < 0 { return rightHeart(distance - outside, zeta) }
    if distance < outside + 2.2 { return .pericardium }
    return zeta < -0.05 ? .chestWall : .lung
  }

  private func rightHeart(_ distance: Double, _ zeta: Double) -> HeartTissue {
    let width = shape.rightVentricle(zeta)
    if zeta > 0.12 && distance < width { return .rightVentricle }
    if zeta > 0.05 && distance < width + 5 { return .rightWall }
    if zeta > 0.05 && distance < width + 6.5 { return .pericardium }
    return zeta < 0.1 ? .chestWall : .liver
  }

  private func atrial(_ q: Double, _ depth: Double) -> HeartTissue {
    if isInLeftAtrium(q, depth, margin: 0) { return .leftAtrium }
    let septum = 2.5 + 8.5 * smoothStep(1 - depth / 10)
    let leftEdge = 0.5 + Self.lean * depth - leftAtrium(min(depth, 40))
    if q < leftEdge - septum && isInRightAtrium(q, depth, margin: 0) { return .rightAtrium }
    if depth < 9 && abs(q - 24) < 8 { return .fibrousBody }
    if depth < 10 && q > leftEdge - septum - 2 && q < 0 { return .fibrousBody }
    if isInLeftAtrium(q, depth, margin: 2.6) || isInRightAtrium(q, depth, margin: 2.6) { return .atrialWall }
    if isInLeftAtrium(q, depth, margin: 8) || isInRightAtrium(q, depth, margin: 8) { return .pericardium }
    return .posterior
  }

  /// The atria hang straight down in the picture while the ventricle's axis leans.
  private static let lean = -0.17

  private func isInLeftAtrium(_ q: Double, _ depth: Double, margin: Double) -> Bool {
    let shrink = 21 / (21 + margin)
    let level = 20 + (depth - 20) * shrink
    return level >= 0 && level < 44 && abs(q - 0.5 - Self.lean * depth) * shrink < leftAtrium(level)
  }

  private func isInRightAtrium(_ q: Double, _ depth: Double, margin: Double) -> Bool {
    let shrink = 20 / (20 + margin)
    let level = 19 + (depth - 19) * shrink
    return level >= 0 && level < 41 && abs(q + 43 - Self.lean * depth) * shrink < rightAtrium(level)
  }
}
