/// Ventricle and atrium of one labelled frame as sections along their long axes.
///
/// Both axes begin in the middle between the hinge points. The ventricle's leads to the apex, the pixel that is
/// farthest away; the atrium's leads through its centroid to the roof, since the farthest pixel of a broad atrium
/// is a corner of it.
public struct FrameSections: Equatable, Sendable {
  public var ventricle: ChamberSection
  public var atrium: ChamberSection
  /// Of each chamber's outline, the share that lies at the sector's edge, 0 to 1; 0 without a sector.
  public var ventricleCut: Double
  public var atriumCut: Double
  /// The ventricle's long axis, from the middle of the hinge points to the apex.
  public var axis: AxisFrame

  /// - Parameters:
  ///   - mask: labels of the frame.
  ///   - left, right: the hinge points in pixels of the mask's grid.
  ///   - sector: of the mask's grid.
  public init?(
    _ mask: LabelMask, left: Point, right: Point, sector: SectorMask? = nil,
    options: HingeOptions = HingeOptions()
  ) {
    guard let box = mask.boundingBox(of: [.leftVentricle, .leftAtrium], margin: 2) else { return nil }
    let chambers = Chambers(mask.cropped(to: box), leakRadius: options.leakRadius)
    let middle = Point(
      x: (left.x + right.x) / 2 - Double(box.minX), y: (left.y + right.y) / 2 - Double(box.minY))
    guard let apex = chambers.ventricle.farthestPixel(from: middle, spacing: mask.spacing),
      let centre = chambers.atrium.centroid,
      let axis = AxisFrame(from: middle, towards: apex, spacing: mask.spacing),
      let ventricle = ChamberSection(
        chambers.ventricle, spacing: mask.spacing, from: middle, towards: apex),
      let atrium = ChamberSection(chambers.atrium, spacing: mask.spacing, from: middle, towards: centre)
    else { return nil }
    self.axis = axis.moved(to: box)
    self.ventricle = ventricle
    self.atrium = atrium
    func cut(_ chamber: BinaryMask) -> Double {
      guard let sector else { return 0 }
      return chamber.boundary.share {
        sector.distanceToEdge(Point(x: $0.x + Double(box.minX), y: $0.y + Double(box.minY)))
          < options.cutMargin
      }
    }
    ventricleCut = cut(chambers.ventricle)
    atriumCut = cut(chambers.atrium)
  }

  /// Millimetres along `axis` to the outermost pixel of the ventricle with its wall: the epicardial apex. The
  /// endocardial apex moves inwards as the wall thickens; the epicardial one stays and tells how the picture moved.
  public static func epicardialApex(of mask: LabelMask, along axis: AxisFrame) -> Double? {
    var bits = BinaryMask(mask, .leftVentricle)
    for (index, label) in mask.labels.enumerated() where label == ChamberLabel.myocardium.rawValue {
      bits.bits[index] = true
    }
    var highest: Double?
    bits.largestComponent.forEachPixel { highest = max(highest ?? -.infinity, axis.height(of: $0)) }
    return highest
  }
}

extension BinaryMask {
  func farthestPixel(from point: Point, spacing: PixelSpacing) -> Point? {
    var farthest: Point?
    var distance = -1.0
    forEachPixel { pixel in
      let there = spacing.distance(pixel, point)
      if there > distance { (farthest, distance) = (pixel, there) }
    }
    return farthest
  }
}

/// What changes in one view from end diastole to end systole, held against what a heart can do.
public struct SystolicChange: Equatable, Sendable {
  /// What was measured and cannot be.
  public enum Contradiction: String, CaseIterable, Sendable {
    /// The ventricle is as large at end systole as at end diastole, or larger: an ejection fraction of 0 or less.
    case ventricleGrows = "ventricle-grows"
    /// The annulus moves away from the apex, where systole draws it towards it.
    case annulusRecedes = "annulus-recedes"
    /// The annulus's diameter changes by more than an annulus does.
    case diameterJumps = "diameter-jumps"
  }

  /// The ventricle's volume at end systole over that at end diastole; `nil` where one is not known.
  public var ventricleRatio: Double?
  /// The annulus's diameter at end systole over that at end diastole.
  public var diameterRatio: Double?
  /// Millimetres towards the apex, the mean of both hinge points.
  public var displacement: Double?

  /// Of the 897 true pairs of CAMUS's two views, one (0.43) lies below and one (1.36) above.
  public static let diameterRatios = 0.55...1.35
  /// Millimetres. Of the same pairs one (-2.4) lies below; the measured displacement is off by some 0.9 mm.
  public static let leastDisplacement = -1.0

  public init(ventricleRatio: Double?, diameterRatio: Double?, displacement: Double?) {
    self.ventricleRatio = ventricleRatio
    self.diameterRatio = diameterRatio
    self.displacement = displacement
  }

  /// In the order of `Contradiction.allCases`; what is not known contradicts nothing.
  public var contradictions: [Contradiction] {
    Contradiction.allCases.filter { contradiction in
      switch contradiction {
      case .ventricleGrows: ventricleRatio.map { $0 >= 1 } ?? false
      case .annulusRecedes: displacement.map { $0 < Self.leastDisplacement } ?? false
      case .diameterJumps: diameterRatio.map { !Self.diameterRatios.contains($0) } ?? false
      }
    }
  }
}
