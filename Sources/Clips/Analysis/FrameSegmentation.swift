import Dispatch
import Hinge
import Platform
import Study
import Synchronization

/// What the network says of every frame of a clip, and the hinge points that are taken from it.
struct FrameSegmentation {
  private let file: StudyFile
  private let view: EchoView
  private let segmenter: Segmenter
  private let threads: Int
  private let checkpoint: Checkpoint
  private let keepsFrames: Bool

  /// - Parameter keepsFrames: whether there is room for the decoded frames until they are drawn.
  init(
    of file: StudyFile, view: EchoView, _ segmenter: Segmenter, _ settings: AnalysisSettings,
    _ checkpoint: Checkpoint, keepsFrames: Bool
  ) {
    self.file = file
    self.view = view
    self.segmenter = segmenter
    threads = settings.threads
    self.checkpoint = checkpoint
    self.keepsFrames = keepsFrames
  }

  /// - Parameter sample: frames that the same network has segmented already; they are not segmented again.
  func everyFrame(
    reusing sample: ClipSampling.Result?, of target: ClipTarget, _ inference: inout Stopwatch
  ) throws -> SegmentedClip {
    let loop = FrameLoop(target, segmenter: segmenter, width: threads)
    var findings = sample.map { sample in inference.measure { loop.findings(of: sample, view: view) } } ?? [:]
    let rest = (0..<file.header.frames).filter { findings[$0] == nil }
    let decoded = try inference.measure { try decode(rest, loop, target) }
    findings.merge(decoded.findings) { known, _ in known }
    for index in decoded.missing { findings[index]?.clear() }

    var inOrder = findings.sorted { $0.key < $1.key }.map(\.value)
    inOrder.markJumps(
      times: FrameTiming(file.header).times(of: file.header.frames), spacing: target.spacing)
    let frames = (sample?.frames ?? []).map(\.withoutChroma) + decoded.frames
    var clip = SegmentedClip(
      target: target, inputSide: segmenter.inputSide, findings: inOrder,
      frames: keepsFrames ? frames.sorted { $0.index < $1.index } : nil)
    clip.missingFrames = decoded.missing
    return clip
  }

  private struct Decoded {
    var findings: [Int: FrameFinding] = [:]
    /// Where they are kept.
    var frames: [DecodedFrame] = []
    /// Those that could not be decoded.
    var missing: Set<Int> = []
  }

  /// Frames are decoded one at a time, and segmented side by side.
  private func decode(_ indices: [Int], _ loop: FrameLoop, _ target: ClipTarget) throws -> Decoded {
    var decoded = Decoded()
    guard !indices.isEmpty else { return decoded }
    let decoder = try CineDecoder(path: file.path, frames: indices, limits: .init())
    defer { decoder.close() }
    let findings = try loop.findings(
      over: {
        try checkpoint.pass(.inference)
        let frame = try decoder.next()
        if keepsFrames, let frame { decoded.frames.append(frame) }
        if let frame, frame.missing != nil { decoded.missing.insert(frame.index) }
        return frame
      }, target: target, view: view)
    decoded.findings = findings
    return decoded
  }
}

extension DecodedFrame {
  /// Chroma is looked at once, and not kept.
  fileprivate var withoutChroma: DecodedFrame {
    var frame = self
    frame.chroma = nil
    return frame
  }
}

extension FrameLoop {
  package init(_ target: ClipTarget, segmenter: Segmenter, width: Int) {
    let geometry = target.geometry(inputSide: segmenter.inputSide)
    self.init(segmenter: segmenter, mapping: GridMapping(geometry), width: width)
  }

  /// Segments frames and takes their hinge points.
  package func findings(
    over next: () throws -> DecodedFrame?, target: ClipTarget, view: EchoView
  ) throws -> [Int: FrameFinding] {
    let extraction = FrameExtraction(target, segmenter: segmenter, view: view)
    return try run(over: next) { frame, segmentation in extraction.finding(segmentation, of: frame.gray) }
  }

  /// Takes the hinge points of frames that are segmented already.
  package func findings(of sample: ClipSampling.Result, view: EchoView) -> [Int: FrameFinding] {
    let extraction = FrameExtraction(sample.target, segmenter: segmenter, view: view)
    let found = Mutex<[Int: FrameFinding]>([:])
    DispatchQueue.concurrentPerform(iterations: width) { thread in
      for position in stride(from: thread, to: sample.frames.count, by: width) {
        let frame = sample.frames[position]
        guard let segmentation = sample.segmentations[frame.index] else { continue }
        let finding = extraction.finding(segmentation, of: frame.gray)
        found.withLock { $0[frame.index] = finding }
      }
    }
    return found.withLock { $0 }
  }
}

/// How the hinge points of a clip's frames are taken, worked out once a clip.
struct FrameExtraction: Sendable {
  private let extractor: HingeExtractor
  private let geometry: InputGeometry
  /// On the network's grid.
  private let sector: SectorMask?

  init(_ target: ClipTarget, segmenter: Segmenter, view: EchoView) {
    extractor = HingeExtractor(options: segmenter.card.hingeOptions(view: view))
    geometry = target.geometry(inputSide: segmenter.inputSide)
    sector = target.sectorOnInput(geometry)
  }

  func finding(_ segmentation: Segmentation, of frame: GrayFrame) -> FrameFinding {
    FrameFinding(segmentation, of: frame, sector: sector, extractor: extractor, geometry: geometry)
  }
}
