import Dispatch
import Hinge
import Platform
import Study
import Synchronization

/// A first look at a clip: a few frames, spread over it, tell where the sector lies, whether there is colour in it
/// and whether it is an apical view, before every frame is worked on. Where they leave that open, more are looked at.
package struct ClipSampling {
  package let file: StudyFile
  package let segmenter: Segmenter
  package let threads: Int
  package let checkpoint: Checkpoint
  private let ahead: SampleAhead?

  /// - Parameter ahead: the sample where it was begun already.
  package init(
    file: StudyFile, segmenter: Segmenter, threads: Int, checkpoint: Checkpoint, ahead: SampleAhead? = nil
  ) {
    self.file = file
    self.segmenter = segmenter
    self.threads = threads
    self.checkpoint = checkpoint
    self.ahead = ahead
  }

  /// Enough to meet every phase of a beat; what is found here is not computed again.
  package static let frames = 12
  /// One in so many of them is looked at before the others, and is enough where it shows plainly another view.
  private static let framesForAFirstOne = 3
  /// A region in which an ultrasound sector moves, with what its sampled frames gave.
  package struct Result {
    package var target: ClipTarget
    /// The sampled frames, by ascending index.
    package var frames: [DecodedFrame]
    /// Of the sampled frames, by the frame's index.
    var segmentations: [Int: Segmentation]
    /// Of these and of all that were looked at to be sure.
    package var look: ClipLook

    package init(
      target: ClipTarget, frames: [DecodedFrame], segmentations: [Int: Segmentation], look: ClipLook
    ) {
      self.target = target
      self.frames = frames
      self.segmentations = segmentations
      self.look = look
    }
  }

  /// The frames to sample of a clip of `count`: the middles of equal parts.
  package static func indices(of count: Int, samples: Int = frames) -> [Int] {
    let samples = min(samples, count)
    return (0..<samples).map { (2 * $0 + 1) * count / (2 * samples) }
  }

  /// The largest region that shows an apical view; where none does, the largest in which a sector moves.
  /// - Throws: `ClipStop` where none does; `ClipReadError` where the frames cannot be decoded.
  package func region(of regions: [ImageRegion], outcome: inout ClipAnalysis.Outcome) throws -> Result {
    let sample = try outcome.decoding.measure { try self.sample() }
    let frames = sample.frames
    var stop = ClipStop.excluded(.no2DRegion, "No ultrasound sector moves in the 2D region.")
    var refused: Result?
    for region in Self.ordered(regions) {
      let known = sample.first.flatMap { $0.region == region ? $0 : nil }
      let seen = known ?? SampledRegion(region, frames)
      if seen.showsColour {
        stop = .excluded(.colourDoppler, "Colour that is no map of brightness is laid over the picture.")
      }
      guard let target = seen.target, !seen.showsColour else { continue }
      let result = try outcome.inference.measure { try look(at: target, frames) }
      if result.look.isApical { return result }
      refused = refused ?? result
    }
    guard let refused else { throw stop }
    return refused
  }

  private func look(at target: ClipTarget, _ frames: [DecodedFrame]) throws -> Result {
    let loop = FrameLoop(target, segmenter: segmenter, width: threads)
    let parts = Dictionary(grouping: frames.indices) { $0 % Self.framesForAFirstOne == 1 }
    let first = parts[true, default: []].map { frames[$0] }
    var segmentations = try segmented(first, loop)
    var look = ClipLook(segmenter.card.view)
    look.add(segmentations.mapValues(ClipLook.Frame.init))
    if look.showsPlainlyAnotherView {
      return Result(target: target, frames: first, segmentations: segmentations, look: look)
    }
    segmentations.merge(try segmented(parts[false, default: []].map { frames[$0] }, loop)) { $1 }
    look.add(segmentations.mapValues(ClipLook.Frame.init))
    try lookCloser(&look, loop)
    return Result(target: target, frames: frames, segmentations: segmentations, look: look)
  }

  private func segmented(_ frames: [DecodedFrame], _ loop: FrameLoop) throws -> [Int: Segmentation] {
    var rest = frames[...]
    return try loop.run(
      over: {
        try checkpoint.pass(.inference)
        return rest.popFirst()
      }, body: { _, segmentation in segmentation })
  }

  /// Looks at twice as many frames, and again, until they leave no doubt or none is left. So the verdict does not hang
  /// on which frames were sampled, and a clip that is clearly none costs no more than a sample.
  private func lookCloser(_ look: inout ClipLook, _ loop: FrameLoop) throws {
    let count = file.header.frames
    var samples = Self.frames
    while look.verdict == .doubtful, samples < count {
      samples *= 2
      let fresh = Self.indices(of: count, samples: samples).filter { !look.hasSeen($0) }
      guard !fresh.isEmpty else { continue }
      let decoder = try CineDecoder(path: file.path, frames: fresh, limits: .init())
      defer { decoder.close() }
      look.add(
        try loop.run(
          over: {
            try checkpoint.pass(.inference)
            while let frame = try decoder.next() {
              if frame.missing == nil { return frame }
            }
            return nil
          }, body: { _, segmentation in ClipLook.Frame(segmentation) }))
    }
  }

  /// The largest first.
  static func ordered(_ regions: [ImageRegion]) -> [ImageRegion] {
    regions.sorted { $0.box.width * $0.box.height > $1.box.width * $1.box.height }
  }

  private func sample() throws -> SampleAhead.Sample {
    if let sample = try ahead?.sample(checkpoint) { return sample }
    return SampleAhead.Sample(
      frames: try Self.decodedFrames(of: file) {
        try checkpoint.pass(.decoding)
        return true
      })
  }

  /// - Parameter mayGoOn: asked before each frame; it may throw.
  static func decodedFrames(of file: StudyFile, mayGoOn: () throws -> Bool) throws -> [DecodedFrame] {
    let decoder = try CineDecoder(
      path: file.path, frames: indices(of: file.header.frames), withChroma: true, limits: .init())
    defer { decoder.close() }
    var frames: [DecodedFrame] = []
    while try mayGoOn(), let frame = try decoder.next() {
      // A damaged frame is asked for again with the others, so that it is counted.
      if frame.missing == nil { frames.append(frame) }
    }
    return frames
  }
}

extension ClipTarget {
  /// Where the ultrasound sector lies in a region, found by what moves; `nil` where nothing does.
  package init?(_ region: ImageRegion, frames: [DecodedFrame]) {
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
