import Hinge

/// A first look at a clip: a few frames, spread over it, tell where the sector lies, whether there is colour in it
/// and whether it is an apical view, before every frame is worked on.
struct ClipSampling {
  let file: StudyFile
  let segmenter: Segmenter
  let threads: Int
  let checkpoint: Checkpoint

  /// Enough to meet every phase of a beat; what is found here is not computed again.
  static let frames = 12
  /// A region that shows an apical view, with what its sampled frames gave.
  struct Result {
    var target: ClipTarget
    /// The sampled frames, by ascending index.
    var frames: [DecodedFrame]
    /// By the frame's index.
    var findings: [Int: FrameFinding]
  }

  /// The frames to sample of a clip of `count`: the middles of equal parts.
  static func indices(of count: Int) -> [Int] {
    let samples = min(frames, count)
    return (0..<samples).map { (2 * $0 + 1) * count / (2 * samples) }
  }

  /// The largest region that shows an apical view.
  /// - Throws: `ClipStop` where none does; `ClipReadError` where the frames cannot be decoded.
  func apicalRegion(of regions: [ImageRegion], outcome: inout ClipAnalysis.Outcome) throws -> Result {
    let frames = try outcome.decoding.measure { try decodedFrames() }
    var stop = ClipStop.excluded(.no2DRegion, "No ultrasound sector moves in the 2D region.")
    for region in regions.sorted(by: { $0.box.width * $0.box.height > $1.box.width * $1.box.height }) {
      let seen = ClipTarget(region, frames: frames)
      let colour = ColourJudgement(frames, box: seen?.box ?? region.box, sector: seen?.sector.mask)
      if colour.showsColour {
        stop = .excluded(.colourDoppler, "Colour that is no map of brightness is laid over the picture.")
      }
      guard let target = seen, !colour.showsColour else { continue }
      let findings = try outcome.inference.measure { try segment(frames, target, outcome.report.view.code) }
      let verdict = ApicalPlausibility.verdict(
        of: findings.sorted { $0.key < $1.key }.map { $0.value.labels.labelMask })
      if verdict.isApical { return Result(target: target, frames: frames, findings: findings) }
      stop = .excluded(.notApical, Self.sentence(verdict))
    }
    throw stop
  }

  private func decodedFrames() throws -> [DecodedFrame] {
    let decoder = try CineDecoder(
      path: file.path, frames: Self.indices(of: file.header.frames), withChroma: true, limits: .init())
    defer { decoder.close() }
    var frames: [DecodedFrame] = []
    try checkpoint.pass(.decoding)
    while let frame = try decoder.next() {
      // A damaged frame is asked for again with the others, so that it is counted.
      if frame.missing == nil { frames.append(frame) }
      try checkpoint.pass(.decoding)
    }
    return frames
  }

  private func segment(
    _ frames: [DecodedFrame], _ target: ClipTarget, _ view: ClipReport.View.Code
  ) throws -> [Int: FrameFinding] {
    var rest = frames[...]
    return try FrameLoop(target, segmenter: segmenter, width: threads)
      .findings(
        over: {
          try checkpoint.pass(.inference)
          return rest.popFirst()
        }, target: target, view: view)
  }

  private static func sentence(_ verdict: ApicalPlausibility.Verdict) -> String {
    let share = "\(Int((verdict.plausibleShare * 100).rounded())) %"
    let kept = "\(Int((verdict.steadiness * 100).rounded())) %"
    return "A left ventricle above a left atrium, as in an apical view, was found on \(share) of the sampled "
      + "frames, and from one to the next \(kept) of it stayed in place."
  }
}

extension ClipTarget {
  /// Where the ultrasound sector lies in a region, told from what moves; `nil` where nothing does.
  init?(_ region: ImageRegion, frames: [DecodedFrame]) {
    let box = region.box
    var range = TemporalRange(width: box.width, height: box.height)
    for frame in frames { range.add(frame.gray.cropped(to: box)) }
    guard let mask = SectorMask.mask(of: range), let bounds = mask.boundingBox else { return nil }
    let region = region.withScale(ofSector: bounds)
    let spacing = region.spacing ?? .nominal(sectorHeight: bounds.height)
    guard let sector = SectorMask(mask: mask.cropped(to: bounds), spacing: spacing) else { return nil }
    self.init(
      region: region,
      box: PixelBox(
        x: box.x + bounds.minX, y: box.y + bounds.minY, width: bounds.width, height: bounds.height),
      sector: sector, spacing: spacing)
  }
}

extension ImageRegion {
  /// How near to a region's lower edge the sector of a picture that was not shrunk comes, as a share of its height.
  private static let lowerEdge = 0.88

  /// Millimetres that a heart is looked at in, from the skin on: a newborn's and the deepest that scanners offer.
  private static let sectorDepths = 30.0...300.0

  /// Without its scale where that is in doubt and the sector ends above the region's lower edge, or where the sector
  /// would be too shallow or too deep for any heart.
  /// - Parameter sector: bounds on the grid of the box.
  fileprivate func withScale(ofSector sector: GridBox) -> ImageRegion {
    guard let spacing else { return self }
    if isScaleDoubtful, Double(sector.maxY + 1) < Self.lowerEdge * Double(box.height) {
      return ImageRegion(box: box, spacingReason: .regionOutsideImage)
    }
    guard !Self.sectorDepths.contains(spacing.y * Double(sector.height)) else { return self }
    return ImageRegion(box: box, spacingReason: .noCalibration)
  }
}

extension FrameLoop {
  init(_ target: ClipTarget, segmenter: Segmenter, width: Int) {
    let geometry = target.geometry(inputSide: segmenter.inputSide)
    self.init(segmenter: segmenter, mapping: GridMapping(geometry), width: width)
  }

  /// Segments frames and takes their hinge points.
  func findings(
    over next: () throws -> DecodedFrame?, target: ClipTarget, view: ClipReport.View.Code
  ) throws -> [Int: FrameFinding] {
    let extractor = HingeExtractor(options: segmenter.card.hingeOptions(view: view))
    let geometry = mapping.geometry
    let onInput = target.sectorOnInput(geometry)
    return try run(over: next) { frame, segmentation in
      FrameFinding(
        segmentation, of: frame.gray, sector: onInput, extractor: extractor, geometry: geometry)
    }
  }
}
