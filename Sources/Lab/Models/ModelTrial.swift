import Clips
import Hinge
import Phantom
import Platform
import Reports
import Study

/// A model's go at one synthetic four-chamber frame whose labels and hinge points are known.
package struct ModelTrial {
  /// 2 |A and B| / (|A| + |B|) against the true labels, by structure.
  package var dice: [(structure: String, value: Double)]
  /// Left, then right, in millimetres; `nil` where the points were not found.
  var errors: (left: Double, right: Double)?
  /// Why there are no points.
  package var reason: ReasonCode?
  /// Of one frame, all threads on it.
  package var milliseconds: Double
  /// PNG.
  package var overlay: [UInt8]
  /// The outputs that lie on the structures' places best, where that is another order than the needed one.
  var order: [Int]?

  /// Enough frames for the sector to be found; one beat from end diastole to end systole.
  private static let cine: PhantomCine = {
    var parameters = PhantomCine.Parameters()
    parameters.seed = 21
    parameters.frames = 16
    return PhantomCine(parameters)
  }()

  /// - Throws: what inference throws; a picture that cannot be drawn.
  package init(of segmenter: Segmenter, threads: Int) throws {
    let cine = Self.cine
    guard let beat = cine.beats.first else { preconditionFailure("the synthetic loop holds a beat") }
    let frames = (0..<cine.frames).map {
      DecodedFrame(index: $0, gray: cine.frame($0))
    }
    let box = cine.sector.imageBox
    guard let target = ClipTarget(ImageRegion(box: box, spacing: cine.spacing), frames: frames) else {
      preconditionFailure("the synthetic loop has a sector")
    }
    let geometry = target.geometry(inputSide: segmenter.inputSide)
    let worker = try segmenter.makeWorker(threads: threads)
    let gray = frames[beat.endDiastole].gray
    _ = try worker.segment(gray, with: GridMapping(geometry))
    var watch = Stopwatch()
    let segmentation = try watch.measure { try worker.segment(gray, with: GridMapping(geometry)) }
    milliseconds = watch.milliseconds
    let labels = MaskDecoding(geometry: geometry).labels(segmentation)
    let truth = cine.labels(beat.endDiastole).cropped(to: GridBox(target.box))
    dice = Self.structures.map { label, name in
      (structure: name, value: StructureAgreement(label, prediction: labels, truth: truth).dice)
    }
    order = Self.order(of: labels, truth: truth)
    let view = ClipReport.View(code: .a4c, source: .operator, mirrored: false)
    let finding = FrameFinding(
      segmentation, of: gray, sector: target.sectorOnInput(geometry),
      extractor: HingeExtractor(options: segmenter.card.hingeOptions(view: view.code)), geometry: geometry)
    let picture = Picture(
      finding: finding, target: target, view: view, frame: frames[beat.endDiastole], segmenter: segmenter)
    overlay = try picture.png(frameCount: cine.frames)
    if let pair = finding.pair {
      let known = cine.hingePoints(beat.endDiastole)
      errors = (
        left: cine.spacing.distance(target.stored(pair.left), known.left),
        right: cine.spacing.distance(target.stored(pair.right), known.right)
      )
    } else if case .indeterminate(let why) = finding.hinges {
      reason = ReasonCode(why)
    }
  }

  private static let structures: [(ChamberLabel, String)] = [
    (.leftVentricle, "LV cavity"), (.myocardium, "LV myocardium"), (.leftAtrium, "left atrium"),
  ]

  /// For each label the output that agrees with it best; `nil` where they are as they should be, or agree with none.
  private static func order(of labels: LabelMask, truth: LabelMask) -> [Int]? {
    let best = ChamberLabel.allCases.map { label -> Int? in
      let scores = ChamberLabel.allCases.map { output in
        let a = BinaryMask(labels, output)
        let b = BinaryMask(truth, label)
        let sum = a.count + b.count
        return sum == 0 ? 0 : 2 * Double(a.intersection(b).count) / Double(sum)
      }
      guard let highest = scores.max(), highest > 0.5 else { return nil }
      return scores.firstIndex(of: highest)
    }
    let found = best.compactMap { $0 }
    let isInOrder = best.enumerated().allSatisfy { $0.element == nil || $0.element == $0.offset }
    return isInOrder || found.count < 3 || Set(found).count != found.count ? nil : found
  }

  /// The overlay of the one frame.
  private struct Picture {
    var finding: FrameFinding
    var target: ClipTarget
    var view: ClipReport.View
    var frame: DecodedFrame
    var segmenter: Segmenter

    func png(frameCount: Int) throws -> [UInt8] {
      let segmented = SegmentedClip(target: target, inputSide: segmenter.inputSide, findings: [finding])
      let measurement = finding.pair.map {
        PhaseMeasurement(
          $0, phase: .endDiastole, frame: frame.index, view: view, target: target, card: segmenter.card)
      }
      let scene = OverlayScene(
        frame: frame.gray, box: target.box, sector: target.sector.mask.bits,
        outlines: segmented.outlines(of: 0),
        hingePoints: measurement?.hingePoints.map { OverlayScene.Mark($0) } ?? [],
        contactLine: finding.pair?.contactLine.map(target.stored) ?? [],
        diameter: measurement.flatMap { OverlayScene.Diameter($0) }, phase: .endDiastole,
        view: view.code, frameIndex: frame.index, frameCount: frameCount, spacing: target.region.spacing)
      return try OverlayPNG.render(scene)
    }
  }
}

extension GridBox {
  fileprivate init(_ box: PixelBox) {
    self.init(minX: box.x, minY: box.y, maxX: box.x + box.width - 1, maxY: box.y + box.height - 1)
  }
}

extension SectorGeometry {
  fileprivate var imageBox: PixelBox { PixelBox(x: 0, y: 0, width: columns, height: rows) }
}
