import Hinge

/// What one frame gave. Points are on the grid of the target's box.
package struct FrameFinding: Sendable {
  package var hinges: HingeFinding
  /// The hinge points as far as their displacement goes (`HingeExtractor.Extraction`); `nil` without hinge points.
  package var ends: HingeExtractor.Extraction.Ends?
  /// Area of the left ventricle in square millimetres of the target's spacing; `nil` where there is none.
  var ventricleArea: Double?
  /// The labels of the target's box, on the network's grid.
  package var labels: RunLengthMask
  /// The chambers that the hinge points were taken from, on the same grid; `nil` without hinge points.
  var chambers: RunLengthMask?
  /// Of the whole frame, as it was decoded.
  var fingerprint: UInt64

  /// - Parameter sector: on the network's grid.
  package init(
    _ segmentation: Segmentation, of frame: GrayFrame, sector: SectorMask?, extractor: HingeExtractor,
    geometry: InputGeometry
  ) {
    let extraction = extractor.extraction(
      from: segmentation.labels, probabilities: segmentation.probabilities,
      landmarks: segmentation.landmarks, sector: sector)
    let found = extraction.finding
    hinges = found.mapped(by: geometry.inputToBox)
    ends = extraction.ends.map {
      .init(left: geometry.inputToBox($0.left), right: geometry.inputToBox($0.right))
    }
    fingerprint = frame.fingerprint
    labels = RunLengthMask(segmentation.labels.cropped(to: geometry.boxInInput))
    chambers = extraction.chambers.map { RunLengthMask($0.cropped(to: geometry.boxInInput)) }
    if case .measured(let pair) = found {
      ventricleArea = pair.quality.ventricleSquareMillimetres
    } else {
      let pixels = BinaryMask(segmentation.labels, .leftVentricle).largestComponent.holesFilled.count
      let area = geometry.pixelSize * geometry.pixelSize
      ventricleArea = pixels > 0 ? Double(pixels) * area : nil
    }
  }

  package var pair: HingePair? {
    if case .measured(let pair) = hinges { pair } else { nil }
  }

  /// In millimetres; `nil` where there are no hinge points, or they are not to be trusted.
  var trustedDiameter: Double? { pair.flatMap { $0.isWithheld ? nil : $0.diameterMillimetres } }

  /// Whether the frames before and after have a point elsewhere.
  var isUnsteady: Bool { pair?.reviewReasons.contains(.unsteady) ?? false }

  /// Of a frame that could not be decoded.
  package mutating func clear() {
    hinges = .indeterminate(.noVentricle)
    ends = nil
    ventricleArea = nil
    chambers = nil
    let grid = labels.labelMask
    labels = RunLengthMask(
      LabelMask(
        width: grid.width, height: grid.height, spacing: grid.spacing,
        labels: Array(repeating: ChamberLabel.background.rawValue, count: grid.width * grid.height)))
  }

  /// Notes that a hinge point is not where the frames before and after have it.
  fileprivate mutating func markUnsteady() {
    guard case .measured(var pair) = hinges, !isUnsteady else { return }
    pair.reviewReasons.append(.unsteady)
    hinges = .measured(pair)
  }
}

extension [FrameFinding] {
  /// Marks frames of a whole loop whose points jump. `times` are milliseconds, one a frame.
  mutating func markJumps(times: [Double], spacing: PixelSpacing) {
    for side in [\HingePair.left, \.right] {
      let points = map { $0.pair?[keyPath: side] }
      for frame in PointContinuity.jumps(points, spacing: spacing, times: times) {
        self[frame].markUnsteady()
      }
    }
  }
}

/// Where in the stored frame the heart is looked for, and on what scale.
package struct ClipTarget: Sendable {
  /// The 2D region of the file.
  package var region: ImageRegion
  /// The bounds of the ultrasound sector in the stored frame: what the network sees.
  package var box: PixelBox
  /// The sector on the grid of `box`.
  package var sector: SectorMask
  /// Millimetres a pixel; nominal, for thresholds alone, where the region is not calibrated.
  package var spacing: PixelSpacing

  package init(region: ImageRegion, box: PixelBox, sector: SectorMask, spacing: PixelSpacing) {
    self.region = region
    self.box = box
    self.sector = sector
    self.spacing = spacing
  }

  package func geometry(inputSide: Int) -> InputGeometry {
    InputGeometry(box: box, spacing: spacing, inputSide: inputSide)
  }

  /// The sector on the network's grid.
  package func sectorOnInput(_ geometry: InputGeometry) -> SectorMask? {
    sector.resampled(
      width: geometry.inputSide, height: geometry.inputSide, spacing: geometry.inputSpacing,
      by: geometry.inputToBox)
  }

  package var isCalibrated: Bool { region.spacing != nil }

  /// A point of the box's grid in pixel-index coordinates of the stored frame.
  package func stored(_ point: Point) -> Point {
    Point(x: point.x + Double(box.x), y: point.y + Double(box.y))
  }
}
