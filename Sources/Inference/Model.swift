import CKernels

/// A segmentation network read from an ONNX file, with its weights packed for this machine.
///
/// Immutable: any number of sessions, on any threads, share one model. The channels come first at its
/// interface even where the file has them last.
public final class Model: Sendable {
  /// `[1, C, H, W]`
  public let inputShape: [Int]
  public let inputName: String
  /// In the order of the file, at least one.
  public let outputs: [ModelOutput]

  let program: Program
  let arena: Arena

  /// Reads the ONNX file at `path`.
  ///
  /// - Parameter calibration: what a `Calibrator` found for this model; needed for `int8`.
  public convenience init(
    contentsOf path: String, precision: Precision = .fp32, calibration: Calibration? = nil
  ) throws(ModelError) {
    try self.init(bytes: try ModelFile.read(path), precision: precision, calibration: calibration)
  }

  /// What is in the file at `path`, for whoever looks at it before it is read as a model.
  public static func bytes(of path: String) throws(ModelError) -> [UInt8] { try ModelFile.read(path) }

  /// Reads an ONNX file that is in memory.
  public convenience init(
    bytes: [UInt8], precision: Precision = .fp32, calibration: Calibration? = nil
  ) throws(ModelError) {
    try self.init(
      graph: try Graph(bytes: bytes).simplified(), isa: ck_isa_preferred(), precision: precision,
      calibration: calibration)
  }

  convenience init(
    graph: Graph, isa: ck_isa, precision: Precision = .fp32, calibration: Calibration? = nil
  ) throws(ModelError) {
    guard precision == .fp32 || ck_isa_reduces(isa) else {
      throw ModelError(
        .precision,
        "this processor has no AVX-512 with BF16 and VNNI, which precision \(precision.rawValue) needs; "
          + "set precision to auto or fp32")
    }
    if precision == .int8 { try calibration.check(graph) }
    try self.init(
      program: Lowering.lower(graph, isa: isa, precision: precision, calibration: calibration),
      inputName: graph.inputName, outputNames: graph.outputs.map(\.name), operations: graph.operations)
  }

  init(program: Program, inputName: String, outputNames: [String], operations: Int) throws(ModelError) {
    self.operations = operations
    inputShape = program.buffers[program.input].shape
    self.inputName = inputName
    outputs = zip(outputNames, program.outputs).map {
      ModelOutput(name: $0, shape: program.buffers[$1].shape)
    }
    self.program = program
    arena = Arena(program)
    guard arena.floatCount <= ModelLimits.arenaFloats else {
      throw ModelError(.tooLarge, "its feature maps need \(arena.floatCount / (1 << 18)) MiB")
    }
  }

  /// The shape of the first output, `[1, K, H, W]`.
  public var outputShape: [Int] { outputs[0].shape }

  /// Multiplications and additions of the convolutions of one frame, by their definition.
  public let operations: Int

  /// The instruction set that the weights are packed for: `portable`, `avx2` or `avx512`.
  public var instructionSet: String { String(cString: ck_isa_name(program.isa)) }
}

/// One result of a network.
public struct ModelOutput: Sendable, Equatable {
  public let name: String
  /// `[1, K, H, W]`
  public let shape: [Int]
}

/// What the processor could do at best, to judge a time by.
public enum ProcessorPeak {
  /// Operations a second of one thread, measured on registers alone: on floats, or for `int8` on integers.
  public static func operations(_ precision: Precision) -> Double {
    precision == .int8 ? ck_peak_bytes(ck_isa_preferred()) : ck_peak_floats(ck_isa_preferred())
  }
}

extension Graph {
  fileprivate var operations: Int {
    nodes.reduce(0) { sum, node in
      guard case .convolution(let convolution) = node.operation else { return sum }
      return sum + 2 * shapes[node.output][2] * shapes[node.output][3] * convolution.weights.count
    }
  }
}

extension Calibration? {
  /// - Throws: unless there is one limit for each convolution.
  fileprivate func check(_ graph: Graph) throws(ModelError) {
    let count = graph.nodes.count { if case .convolution = $0.operation { true } else { false } }
    guard self?.limits.count == count else {
      throw ModelError(
        .precision,
        "precision int8 needs a calibration of the model's \(count) convolutions; run hinged quantize")
    }
  }
}

extension Graph {
  init(bytes: [UInt8]) throws(ModelError) {
    let result = bytes.withUnsafeBytes { file in
      Result { () throws(ModelError) -> Graph in
        let parser = MessageParser(file: file)
        return try GraphBuilder.build(try parser.model(), parser: parser)
      }
    }
    self = try result.get()
  }
}
