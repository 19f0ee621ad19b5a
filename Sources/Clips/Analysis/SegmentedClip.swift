import Dispatch
import Hinge
import Study

/// What the network said of every frame of a clip, kept until the clip's outputs are written.
package struct SegmentedClip: Sendable {
  package var target: ClipTarget
  /// Height and width of the network's grid.
  package var inputSide: Int
  /// One a frame, in order.
  package var findings: [FrameFinding]
  /// The frames themselves, in order, where there was room for them.
  package var frames: [DecodedFrame]?
  /// Those that could not be decoded.
  var missingFrames: Set<Int> = []
  /// On the grid of the findings' labels.
  private let sector: BinaryMask?

  package init(target: ClipTarget, inputSide: Int, findings: [FrameFinding], frames: [DecodedFrame]? = nil) {
    self.target = target
    self.inputSide = inputSide
    self.findings = findings
    self.frames = frames
    let geometry = target.geometry(inputSide: inputSide)
    sector = target.sectorOnInput(geometry)?.cropped(to: geometry.boxInInput)?.mask
  }

  /// The chambers of one frame in pixel-index coordinates of the stored frame.
  package func outlines(of frame: Int) -> FrameOutlines {
    let finding = findings[frame]
    let geometry = target.geometry(inputSide: inputSide)
    let corner = geometry.boxInInput
    let masks = ChamberMasks(
      finding.labels.labelMask, chambers: finding.chambers?.labelMask, sector: sector)
    func stored(_ outline: Outline) -> Outline {
      outline.mapped { point in
        let onGrid = Point(x: point.x + Double(corner.minX), y: point.y + Double(corner.minY))
        return target.stored(geometry.inputToBox(onGrid))
      }
    }
    return FrameOutlines(
      ventricle: stored(masks.ventricle.outline()), heart: stored(masks.heart.outline()),
      atrium: stored(masks.atrium.outline()))
  }

  /// The chambers of every frame, several frames at once.
  package func outlines(threads: Int) -> [FrameOutlines] {
    var outlines = [FrameOutlines](repeating: FrameOutlines(), count: findings.count)
    outlines.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let buffer = buffer
      DispatchQueue.concurrentPerform(iterations: max(1, threads)) { thread in
        for frame in stride(from: thread, to: findings.count, by: max(1, threads)) {
          buffer[frame] = self.outlines(of: frame)
        }
      }
    }
    return outlines
  }
}

extension SegmentedClip {
  /// Bytes of the frames that are kept.
  package var frameBytes: Int { frames?.reduce(0) { $0 + $1.gray.pixels.count } ?? 0 }

  /// Gives the frames with these indices, or all of them, one after the other; for one thread at a time.
  /// - Parameter path: the clip's file, which is decoded where its frames were not kept.
  /// - Throws: what `CineDecoder` throws, as does what is returned.
  package func source(of indices: [Int]? = nil, path: String) throws -> () throws -> DecodedFrame? {
    guard let frames else {
      let decoder = try CineDecoder(path: path, frames: indices, limits: .init())
      return { try decoder.next() }
    }
    var rest = (indices.map { $0.map { frames[$0] } } ?? frames)[...]
    return { rest.popFirst() }
  }
}

extension FrameOutlines {
  /// What the record keeps of a frame: the chambers, without the myocardium.
  package init(_ contours: PhaseMeasurement.Contours?) {
    guard let contours else { return }
    ventricle = Outline(loops: [contours.ventricle])
    atrium = Outline(loops: [contours.atrium])
  }
}

extension PhaseMeasurement.Contours {
  package init(_ outlines: FrameOutlines) {
    self.init(ventricle: outlines.ventricle.longest ?? [], atrium: outlines.atrium.longest ?? [])
  }
}

/// The borders of the chambers of one frame, in pixel-index coordinates of the stored frame. All that shows where
/// the chambers lie is drawn from them: pictures, segments and contours of the report.
package struct FrameOutlines: Sendable, Equatable {
  package var ventricle = Outline()
  /// The ventricle with its wall.
  package var heart = Outline()
  package var atrium = Outline()
}

/// What is drawn over a measured frame, kept until the clip's pictures are made.
package struct MeasuredPicture: Sendable {
  package var measurement: PhaseMeasurement
  package var target: ClipTarget
  /// In pixel-index coordinates of the stored frame.
  package var contactLine: [Point]

  package init(_ measurement: PhaseMeasurement, pair: HingePair, target: ClipTarget) {
    self.measurement = measurement
    self.target = target
    contactLine = pair.contactLine.map(target.stored)
  }

  /// With points of a person's, which no contact line was found for.
  package init(_ measurement: PhaseMeasurement, target: ClipTarget) {
    self.measurement = measurement
    self.target = target
    contactLine = []
  }
}
