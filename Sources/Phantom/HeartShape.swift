import Foundation

/// A place in the heart's own plane, millimetres: `q` across the long axis of the left ventricle, positive towards
/// its lateral wall, and `z` along it from the endocardial apex (0) towards the base.
struct HeartPoint: Sendable, Equatable {
  var q: Double
  var z: Double
}

/// The heart at one instant: outlines as half widths over `zeta`, which is 0 at the apex and 1 in the plane of the
/// mitral annulus.
///
/// The half widths at end diastole and end systole are rounded medians over four-chamber contours of adults with
/// normal and reduced function, so that the outlines are where a cardiologist would draw them.
struct HeartShape: Sendable {
  var endocardiumLeft: HeartProfile
  var endocardiumRight: HeartProfile
  var epicardiumLeft: HeartProfile
  var epicardiumRight: HeartProfile
  /// Width of the right ventricle from the septum to its free wall.
  var rightVentricle: HeartProfile
  /// The insertions of the mitral leaflets: the ends of the line where ventricle and atrium meet.
  var leftHinge: HeartPoint
  var rightHinge: HeartPoint
  /// 0 at end diastole, 1 at end systole.
  var contraction: Double

  static let endDiastole = HeartShape(
    endocardiumLeft: HeartProfile([
      (0, 0), (0.1, 12.0), (0.2, 15.4), (0.3, 16.8), (0.4, 17.2), (0.5, 17.4), (0.6, 18.0), (0.7, 18.8),
      (0.8, 19.2), (0.9, 18.4), (1, 16),
    ]),
    endocardiumRight: HeartProfile([
      (0, 0), (0.1, 15.0), (0.2, 19.2), (0.3, 22.0), (0.4, 23.8), (0.5, 24.8), (0.6, 25.2), (0.7, 24.8),
      (0.8, 23.6), (0.9, 21.2), (1, 17),
    ]),
    epicardiumLeft: HeartProfile([
      (-0.14, 0), (-0.07, 14.5), (0, 19.5), (0.1, 23.6), (0.2, 26.2), (0.3, 27.6), (0.5, 28.6), (0.7, 29.6),
      (0.9, 28.8), (1, 26.5),
    ]),
    epicardiumRight: HeartProfile([
      (-0.14, 0), (-0.07, 16), (0, 22.5), (0.1, 28.0), (0.2, 31.4), (0.3, 33.6), (0.5, 36.0), (0.7, 36.0),
      (0.9, 32.4), (1, 27.5),
    ]),
    rightVentricle: HeartProfile([
      (0.12, 0), (0.25, 9), (0.4, 16), (0.6, 24), (0.8, 30), (0.92, 31), (1, 29),
    ]),
    leftHinge: HeartPoint(q: -16, z: 77.8), rightHinge: HeartPoint(q: 17, z: 82.2), contraction: 0)

  static let endSystole = HeartShape(
    endocardiumLeft: HeartProfile([
      (0, 0), (0.1, 8.8), (0.2, 10.8), (0.3, 11.6), (0.4, 12.0), (0.5, 12.4), (0.6, 13.6), (0.7, 15.2),
      (0.8, 16.4), (0.9, 16.4), (1, 14.8),
    ]),
    endocardiumRight: HeartProfile([
      (0, 0), (0.1, 10.4), (0.2, 13.6), (0.3, 15.6), (0.4, 16.8), (0.5, 17.4), (0.6, 17.8), (0.7, 18.0),
      (0.8, 17.8), (0.9, 17.0), (1, 15.2),
    ]),
    epicardiumLeft: HeartProfile([
      (-0.14, 0), (-0.07, 14), (0, 19.2), (0.1, 22.4), (0.2, 24.2), (0.3, 25.4), (0.5, 26.6), (0.7, 28.0),
      (0.9, 28.0), (1, 26),
    ]),
    epicardiumRight: HeartProfile([
      (-0.14, 0), (-0.07, 15.4), (0, 21.5), (0.1, 25.4), (0.2, 28.4), (0.3, 30.4), (0.5, 32.0), (0.7, 32.2),
      (0.9, 30.4), (1, 27),
    ]),
    rightVentricle: HeartProfile([
      (0.12, 0), (0.25, 5), (0.4, 10), (0.6, 17), (0.8, 22.5), (0.92, 24.5), (1, 24.5),
    ]),
    leftHinge: HeartPoint(q: -14.8, z: 66.2), rightHinge: HeartPoint(q: 15.2, z: 68.4), contraction: 1)

  /// Between end diastole and end systole; `contraction` above or below 1 is a stronger or weaker heart.
  init(contraction: Double) {
    let a = Self.endDiastole
    let b = Self.endSystole
    self.init(
      endocardiumLeft: a.endocardiumLeft.blended(with: b.endocardiumLeft, contraction),
      endocardiumRight: a.endocardiumRight.blended(with: b.endocardiumRight, contraction),
      epicardiumLeft: a.epicardiumLeft.blended(with: b.epicardiumLeft, contraction),
      epicardiumRight: a.epicardiumRight.blended(with: b.epicardiumRight, contraction),
      rightVentricle: a.rightVentricle.blended(with: b.rightVentricle, contraction),
      leftHinge: Self.blend(a.leftHinge, b.leftHinge, contraction),
      rightHinge: Self.blend(a.rightHinge, b.rightHinge, contraction), contraction: contraction)
  }

  private init(
    endocardiumLeft: HeartProfile, endocardiumRight: HeartProfile, epicardiumLeft: HeartProfile,
    epicardiumRight: HeartProfile, rightVentricle: HeartProfile, leftHinge: HeartPoint,
    rightHinge: HeartPoint,
    contraction: Double
  ) {
    self.endocardiumLeft = endocardiumLeft
    self.endocardiumRight = endocardiumRight
    self.epicardiumLeft = epicardiumLeft
    self.epicardiumRight = epicardiumRight
    self.rightVentricle = rightVentricle
    self.leftHinge = leftHinge
    self.rightHinge = rightHinge
    self.contraction = contraction
  }

  private static func blend(_ a: HeartPoint, _ b: HeartPoint, _ t: Double) -> HeartPoint {
    HeartPoint(q: a.q + (b.q - a.q) * t, z: a.z + (b.z - a.z) * t)
  }
}

extension HeartShape {
  /// The plane of the annulus: `z` at `q`. On the right heart's side the tricuspid annulus descends further
  /// (its excursion is about 20 mm against 13).
  @inline(__always)
  func annulus(_ q: Double) -> Double {
    let slope = (rightHinge.z - leftHinge.z) / (rightHinge.q - leftHinge.q)
    let bounded = min(max(q, -70), 50)
    let z = leftHinge.z + (bounded - leftHinge.q) * slope
    return z - 6 * contraction * smoothStep((-27 - q) / 30)
  }

  /// The inside of the left ventricle, square millimetres.
  var leftVentricularArea: Double {
    let slope = (rightHinge.z - leftHinge.z) / (rightHinge.q - leftHinge.q)
    let atAxis = leftHinge.z - leftHinge.q * slope
    return meanOverZeta { left, right in
      atAxis * (left + right) + slope * (right * right - left * left) / 2
    }
  }

  /// Its volume by the method of discs on this one view, millilitres.
  var leftVentricularVolume: Double {
    let length = (leftHinge.z + rightHinge.z) / 2
    return meanOverZeta { left, right in Double.pi / 4 * length * (left + right) * (left + right) } / 1000
  }

  private func meanOverZeta(_ integrand: (Double, Double) -> Double) -> Double {
    let steps = 400
    let sum = (0..<steps).reduce(0.0) { sum, step in
      let zeta = (Double(step) + 0.5) / Double(steps)
      return sum + integrand(endocardiumLeft(zeta), endocardiumRight(zeta))
    }
    return sum / Double(steps)
  }
}

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
