import Hinge

/// The ventricle of one labelled picture as discs along its long axis, with the annulus's ends.
package struct PictureGeometry: Sendable, Equatable {
  var ventricle: ChamberSection
  /// From the middle of the hinge points to the apex.
  var axis: AxisFrame
  /// In pixels.
  package var left: Point
  package var right: Point
  /// Millimetres.
  var diameter: Double

  /// - Parameter points: left first, in pixels of the mask.
  /// - Returns: `nil` without points, or where they and the chambers make no axis.
  package init?(_ mask: LabelMask, _ points: [EvaluatedCase.SidedPoint]?) {
    guard let points, points.count == 2 else { return nil }
    left = Point(x: points[0].x, y: points[0].y)
    right = Point(x: points[1].x, y: points[1].y)
    guard let sections = FrameSections(mask, left: left, right: right) else { return nil }
    ventricle = sections.ventricle
    axis = sections.axis
    diameter = mask.spacing.distance(left, right)
  }
}

/// What two pictures of one view give, of end diastole and of end systole: by the truth, or by the prediction.
package struct SystolicMeasures: Codable, Sendable, Equatable {
  var endDiastolicVolume: Double
  var endSystolicVolume: Double
  var ejectionFraction: Double
  /// Millimetres towards the apex along the long axis of end diastole.
  var leftDisplacement: Double
  var rightDisplacement: Double
  var meanDisplacement: Double
  /// At end systole over that at end diastole.
  var diameterRatio: Double

  package init?(_ diastole: PictureGeometry?, _ systole: PictureGeometry?) {
    guard let diastole, let systole, diastole.axis.spacing == systole.axis.spacing, diastole.diameter > 0
    else {
      return nil
    }
    endDiastolicVolume = MethodOfDiscs.volume(diastole.ventricle)
    endSystolicVolume = MethodOfDiscs.volume(systole.ventricle)
    guard endDiastolicVolume > 0 else { return nil }
    ejectionFraction = MethodOfDiscs.ejectionFraction(
      endDiastole: endDiastolicVolume, endSystole: endSystolicVolume)
    let axis = diastole.axis
    leftDisplacement = axis.height(of: systole.left) - axis.height(of: diastole.left)
    rightDisplacement = axis.height(of: systole.right) - axis.height(of: diastole.right)
    meanDisplacement = (leftDisplacement + rightDisplacement) / 2
    diameterRatio = systole.diameter / diastole.diameter
  }

  var change: SystolicChange {
    SystolicChange(
      ventricleRatio: endSystolicVolume / endDiastolicVolume, diameterRatio: diameterRatio,
      displacement: meanDisplacement)
  }

  package enum CodingKeys: String, CodingKey {
    case endDiastolicVolume = "edv_ml"
    case endSystolicVolume = "esv_ml"
    case ejectionFraction = "ef_percent"
    case leftDisplacement = "left_displacement_mm"
    case rightDisplacement = "right_displacement_mm"
    case meanDisplacement = "mean_displacement_mm"
    case diameterRatio = "diameter_ratio"
  }
}
