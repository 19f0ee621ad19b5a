/// The two chambers of a label image, solid and rid of what does not belong to them.
struct Chambers {
  var ventricle: BinaryMask
  var atrium: BinaryMask
  var ventricleUnity: Double
  var atriumUnity: Double
  var leakShare: Double

  init(_ mask: LabelMask, leakRadius: Double) {
    let wholeVentricle = BinaryMask(mask, .leftVentricle)
    let wholeAtrium = BinaryMask(mask, .leftAtrium)
    let mainVentricle = wholeVentricle.largestComponent
    let mainAtrium = wholeAtrium.largestComponent
    ventricleUnity = Self.share(mainVentricle.count, of: wholeVentricle.count)
    atriumUnity = Self.share(mainAtrium.count, of: wholeAtrium.count)
    atrium = mainAtrium.holesFilled
    let solid = mainVentricle.holesFilled
    ventricle = solid.withoutThinParts(radius: leakRadius, spacing: mask.spacing)
    leakShare = 1 - Self.share(ventricle.count, of: solid.count)
  }

  private static func share(_ part: Int, of whole: Int) -> Double {
    whole == 0 ? 1 : Double(part) / Double(whole)
  }
}

extension BinaryMask {
  /// The set without what hangs on it by less than two radii. What is left keeps its corners, which an opening
  /// would round off: all that lies within two radii of the eroded core stays, and the tip of a corner of 60
  /// degrees is just that far from it.
  func withoutThinParts(radius: Double, spacing: PixelSpacing) -> BinaryMask {
    // The nearest pixel outside of the set lies in its bounds or one pixel around them.
    guard let box = boundingBox?.grown(by: 1, width: width, height: height) else { return self }
    return cropped(to: box).withoutThinPartsInWhole(radius: radius, spacing: spacing)
      .placed(width: width, height: height, at: box)
  }

  private func withoutThinPartsInWhole(radius: Double, spacing: PixelSpacing) -> BinaryMask {
    let core = eroded(radius: radius, spacing: spacing).largestComponent
    guard !core.isEmpty else { return self }
    return core.dilated(radius: 2 * radius, spacing: spacing).intersection(self).largestComponent
  }

  /// The set's area over that of its convex hull, 0 to 1.
  var solidity: Double {
    let hull = convexHull.count
    return hull == 0 ? 0 : Double(count) / Double(hull)
  }
}
