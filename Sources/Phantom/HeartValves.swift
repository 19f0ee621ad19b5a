import Foundation

/// The leaflets as thin bright curves, given as points a short way apart.
struct HeartValves: Sendable {
  private(set) var leaflets: [[HeartPoint]]

  /// `opening`: 0 closed at the annulus, 1 wide open.
  init(shape: HeartShape, opening: Double) {
    let left = shape.leftHinge
    let right = shape.rightHinge
    let septalEdge = -shape.epicardiumLeft(1)
    let freeEdge = septalEdge - shape.rightVentricle(1)
    let septal = HeartPoint(q: septalEdge, z: shape.annulus(septalEdge) - 4)
    let free = HeartPoint(q: freeEdge, z: shape.annulus(freeEdge) - 1)
    leaflets = [
      Self.leaflet(from: left, towards: right, share: 0.62, opening: opening * 0.85),
      Self.leaflet(from: right, towards: left, share: 0.40, opening: opening),
      Self.leaflet(from: septal, towards: free, share: 0.42, opening: opening * 0.8),
      Self.leaflet(from: free, towards: septal, share: 0.60, opening: opening * 0.9),
    ]
  }

  /// A leaflet that reaches over `share` of the annulus when it is closed and swings towards the apex. It is rooted
  /// in the fibrous tissue behind its hinge.
  private static func leaflet(
    from hinge: HeartPoint, towards other: HeartPoint, share: Double, opening: Double
  ) -> [HeartPoint] {
    let along = (q: other.q - hinge.q, z: other.z - hinge.z)
    let width = (along.q * along.q + along.z * along.z).squareRoot()
    let direction = (q: along.q / width, z: along.z / width)
    let apical = (q: direction.z * (direction.q > 0 ? 1 : -1), z: -abs(direction.q))
    let length = share * width
    let angle = (3 + 59 * opening) * Double.pi / 180
    let root = HeartPoint(q: hinge.q - 4 * direction.q, z: hinge.z - 4 * direction.z)
    return [root]
      + (0...12).map { step in
        let t = Double(step) / 12
        let sag = 1.2 * sin(Double.pi * t)
        let reach = length * t * cos(angle) + sag * sin(angle)
        let rise = length * t * sin(angle) - sag * cos(angle)
        return HeartPoint(
          q: hinge.q + direction.q * reach + apical.q * rise,
          z: hinge.z + direction.z * reach + apical.z * rise)
      }
  }
}
