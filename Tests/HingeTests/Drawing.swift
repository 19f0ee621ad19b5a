@testable import Hinge

#if canImport(Glibc)
  import Glibc
#endif

/// Label images drawn by rule, for tests.
enum Drawing {
  /// One label a pixel, from the pixel's position in millimetres (centres; the top left one is at 0, 0).
  static func labels(
    width: Int, height: Int, spacing: PixelSpacing = PixelSpacing(x: 1, y: 1),
    _ label: (Double, Double) -> ChamberLabel
  ) -> LabelMask {
    var labels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        labels.append(label(Double(x) * spacing.x, Double(y) * spacing.y).rawValue)
      }
    }
    return LabelMask(width: width, height: height, spacing: spacing, labels: labels)
  }

  static func mask(_ rows: [String]) -> BinaryMask {
    BinaryMask(
      width: rows[0].count, height: rows.count, bits: rows.joined().map { $0 == "#" })
  }

  /// A heart in an apical view: half an ellipse of a ventricle, apex up, in its myocardium, over half an ellipse
  /// of an atrium. Lengths in millimetres.
  struct Heart {
    var annulusX = 60.0
    var annulusY = 95.0
    var annulus = 32.0
    var length = 75.0
    var wall = 9.0
    var atriumDepth = 40.0
    /// Degrees clockwise about the annulus's centre.
    var tilt = 0.0

    var left: (x: Double, y: Double) { corner(-1) }
    var right: (x: Double, y: Double) { corner(1) }

    private func corner(_ side: Double) -> (x: Double, y: Double) {
      let (c, s) = turn
      return (annulusX + side * annulus / 2 * c, annulusY + side * annulus / 2 * s)
    }

    private var turn: (Double, Double) { (cosine(tilt), sine(tilt)) }

    func label(_ x: Double, _ y: Double) -> ChamberLabel {
      let (c, s) = turn
      let across = (x - annulusX) * c + (y - annulusY) * s
      let down = -(x - annulusX) * s + (y - annulusY) * c
      func inside(_ half: Double, _ depth: Double) -> Bool {
        let u = across / half
        let v = down / depth
        return u * u + v * v <= 1
      }
      if down < 0 {
        if inside(annulus / 2, length) { return .leftVentricle }
        return inside(annulus / 2 + wall, length + wall) ? .myocardium : .background
      }
      return inside(annulus / 2, atriumDepth) ? .leftAtrium : .background
    }

    func mask(width: Int = 200, height: Int = 250, spacing: PixelSpacing = PixelSpacing(x: 0.6, y: 0.6))
      -> LabelMask
    {
      Drawing.labels(width: width, height: height, spacing: spacing, label)
    }

    /// Each pixel's share of every label, from `parts` x `parts` places in it: what a sure network would say.
    func soft(
      width: Int = 200, height: Int = 250, spacing: PixelSpacing = PixelSpacing(x: 0.6, y: 0.6), parts: Int
    ) -> ClassProbabilities {
      var values = [Float](repeating: 0, count: ClassProbabilities.classes * width * height)
      let offsets = (0..<parts).map { (Double($0) + 0.5) / Double(parts) - 0.5 }
      for pixel in 0..<width * height {
        for (dx, dy) in offsets.flatMap({ dx in offsets.map { (dx, $0) } }) {
          let place = (x: Double(pixel % width) + dx, y: Double(pixel / width) + dy)
          let plane = Int(label(place.x * spacing.x, place.y * spacing.y).rawValue)
          values[plane * width * height + pixel] += 1 / Float(parts * parts)
        }
      }
      return ClassProbabilities(width: width, height: height, spacing: spacing, values: values)
    }
  }
}

func sine(_ degrees: Double) -> Double { sin(degrees * .pi / 180) }
func cosine(_ degrees: Double) -> Double { cos(degrees * .pi / 180) }
