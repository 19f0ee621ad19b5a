import Foundation
import Hinge
import Inference
import Platform

/// The loaded network with its card. Immutable, shared by every study; each thread takes a worker of its own.
package final class Segmenter: Sendable {
  package let model: Model
  package let card: ModelCard
  /// SHA-256 of the ONNX file, as it was checked against the card.
  package let sha256: String
  /// What it runs in.
  package let precision: Precision
  /// Which of the model's outputs is the view head's; `nil` where the card names none.
  fileprivate let viewOutput: Int?

  /// - Parameter path: the ONNX file; its card is the file of the same name with the extension `json`.
  /// - Throws: `CommandFailure` that names the file and the fault.
  package init(path: String, precision: PrecisionChoice = .init(wanted: .auto)) throws(CommandFailure) {
    let loaded = try Self.load(path, precision)
    self.precision = loaded.precision
    model = loaded.model
    card = loaded.card
    sha256 = loaded.sha256
    viewOutput = loaded.card.view.flatMap { head in
      loaded.model.outputs.firstIndex { $0.name == head.output }
    }
    let side = card.input.width
    guard card.input.height == side, card.input.channels == 1,
      card.classes.count == ClassProbabilities.classes, model.inputShape == [1, 1, side, side],
      model.outputShape == [1, card.outputs, side, side], card.hasLandmarksAfterClasses
    else {
      throw CommandFailure(
        code: ExitCode.configuration,
        sentence: "\(path): the card's input, classes and landmarks do not fit the network's "
          + "\(model.inputShape) -> \(model.outputShape); a square input of one channel is needed")
    }
    let faults = [
      ("landmarks", card.landmarks?.fault), ("view", card.view?.fault ?? card.view?.fault(in: model.outputs)),
    ]
    for case (let part, let fault?) in faults {
      throw CommandFailure(
        code: ExitCode.configuration,
        sentence: "\(ModelCard.path(ofModel: path)): \(part).\(fault.field) \(fault.problem); \(fault.remedy)"
      )
    }
  }

  private static func load(
    _ path: String, _ choice: PrecisionChoice
  ) throws(CommandFailure) -> (model: Model, card: ModelCard, sha256: String, precision: Precision) {
    let cardPath = ModelCard.path(ofModel: path)
    func failure(_ file: String, _ fault: String) -> CommandFailure {
      CommandFailure(code: ExitCode.configuration, sentence: "\(file): \(fault)")
    }
    let card: ModelCard
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw failure(path, "there is no such model, or it cannot be read; check the path")
    }
    guard FileManager.default.isReadableFile(atPath: cardPath) else {
      throw failure(
        cardPath,
        "the model's card is missing or cannot be read; hinged model check \(path) --write-card writes one")
    }
    do {
      card = try JSONDecoder().decode(ModelCard.self, from: Data(contentsOf: URL(fileURLWithPath: cardPath)))
    } catch {
      throw failure(
        cardPath, "the model's card is not as it should be; hinged model check \(path) tells what is missing")
    }
    // What is hashed is what is run: a file that is replaced meanwhile would pass for the one on the card.
    let bytes: [UInt8]
    do { bytes = try Model.bytes(of: path) } catch {
      throw failure(path, "the model cannot be read (\(error)); check the path")
    }
    let digest = SHA256.hexDigest(of: bytes)
    guard digest == card.sha256 else {
      throw failure(path, "its SHA-256 is \(digest), its card says \(card.sha256); install both again")
    }
    let precisions = try PrecisionCard.read(besideModel: path, sha256: digest)
    let precision = try choice.precision(of: path, card: precisions)
    do {
      let model = try Model(bytes: bytes, precision: precision, calibration: precisions?.calibration)
      return (model, card, digest, precision)
    } catch {
      throw failure(path, "\(error)")
    }
  }

  /// - Parameter threads: threads that one frame is split over; frames side by side take one each.
  package func makeWorker(threads: Int = 1) throws -> SegmentationWorker {
    try SegmentationWorker(segmenter: self, threads: threads)
  }

  /// - Precondition: the precision is `fp32`.
  package func makeCalibrator(threads: Int) throws -> SegmentationCalibrator {
    try SegmentationCalibrator(segmenter: self, threads: threads)
  }

  package var inputSide: Int { card.input.width }
}

/// One thread's session with its buffers.
package final class SegmentationWorker {
  private let session: InferenceSession
  private let landmarks: ModelCard.Landmarks?
  private let viewOutput: Int?
  private let input: UnsafeMutableBufferPointer<Float>
  private var logits: [Float]
  private var scratch: [Float] = []

  fileprivate init(segmenter: Segmenter, threads: Int) throws {
    session = try InferenceSession(model: segmenter.model, threads: threads)
    landmarks = segmenter.card.landmarks
    viewOutput = segmenter.viewOutput
    let pixels = segmenter.inputSide * segmenter.inputSide
    input = .allocate(capacity: pixels)
    input.initialize(repeating: 0)
    logits = [Float](repeating: 0, count: segmenter.card.outputs * pixels)
  }

  deinit { input.deallocate() }

  /// The geometry's box of `frame`, segmented on the network's grid.
  package func segment(_ frame: GrayFrame, with mapping: GridMapping) throws -> Segmentation {
    mapping.preprocessing.fill(input, from: frame, scratch: &scratch)
    try logits.withUnsafeMutableBufferPointer {
      try session.run(UnsafeBufferPointer(input), into: $0)
    }
    var segmentation = Segmentation(logits: logits, geometry: mapping.geometry, landmarks: landmarks)
    segmentation.viewLogits = viewOutput.map { Array(session.output($0)) }
    return segmentation
  }
}

/// Shows a network pictures and remembers how large its feature maps become.
package final class SegmentationCalibrator {
  private let calibrator: Calibrator
  private let input: UnsafeMutableBufferPointer<Float>
  private var scratch: [Float] = []

  fileprivate init(segmenter: Segmenter, threads: Int) throws {
    calibrator = try Calibrator(model: segmenter.model, threads: threads)
    input = .allocate(capacity: segmenter.inputSide * segmenter.inputSide)
    input.initialize(repeating: 0)
  }

  deinit { input.deallocate() }

  package func show(_ frame: GrayFrame, with mapping: GridMapping) throws {
    mapping.preprocessing.fill(input, from: frame, scratch: &scratch)
    try calibrator.show(UnsafeBufferPointer(input))
  }

  package var calibration: Calibration { calibrator.calibration }
}

/// The way from a box of the stored frame to the network's grid, worked out once a clip.
package struct GridMapping: Sendable {
  package let geometry: InputGeometry
  let preprocessing: Preprocessing

  package init(_ geometry: InputGeometry) {
    self.geometry = geometry
    preprocessing = Preprocessing(geometry: geometry)
  }
}
