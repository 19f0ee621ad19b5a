import CKernels

/// Why a session could not be made or run.
public enum InferenceError: Error, Equatable, Sendable, CustomStringConvertible {
  case threadCount(Int)
  /// The system refused to start that many threads.
  case threadsUnavailable(Int)
  case inputCount(expected: Int, given: Int)
  case outputCount(expected: Int, given: Int)

  public var description: String {
    switch self {
    case .threadCount(let count): "\(count) threads; 1 to \(InferenceSession.maximumThreads) are possible"
    case .threadsUnavailable(let count): "\(count) threads could not be started"
    case .inputCount(let expected, let given): "the input has \(given) elements, not \(expected)"
    case .outputCount(let expected, let given): "the output has \(given) elements, not \(expected)"
    }
  }
}

/// Runs a model. It owns the memory of the feature maps and, with several threads, a pool that splits each
/// frame. Not for two threads at one time; make one session for each.
public final class InferenceSession {
  public static let maximumThreads = 64

  public let model: Model
  private let pool: OpaquePointer
  private let memory: AlignedFloats
  let runner: StepRunner

  /// - Parameter threads: the calling thread and `threads - 1` of the session's own; idle ones sleep.
  public init(model: Model, threads: Int) throws(InferenceError) {
    guard (1...Self.maximumThreads).contains(threads) else { throw .threadCount(threads) }
    guard let pool = ck_pool_create(Int32(threads)) else { throw .threadsUnavailable(threads) }
    self.model = model
    self.pool = pool
    let program = model.program
    // The scratch size depends on shapes alone, so that addresses are not needed to ask for it.
    let placeholder = UnsafeMutablePointer<Float>.allocate(capacity: 1)
    defer { placeholder.deallocate() }
    let planner = StepRunner(
      program: program, addresses: program.buffers.map { _ in placeholder }, scratch: placeholder, pool: pool)
    let scratch = program.steps.map { planner.scratchFloats($0, threads: threads) }.max() ?? 0
    let arenaFloats = (model.arena.floatCount + 15) / 16 * 16
    let memory = AlignedFloats(count: arenaFloats + scratch)
    self.memory = memory
    runner = StepRunner(
      program: program, addresses: model.arena.offsets.map { memory.pointer + $0 },
      scratch: memory.pointer + arenaFloats, pool: pool)
  }

  deinit { ck_pool_destroy(pool) }

  /// Memory for feature maps and intermediate results, in bytes; the model's weights are not counted.
  public var memoryBytes: Int { memory.count * MemoryLayout<Float>.stride }

  /// Computes one frame. `input` is `[1,C,H,W]` as the model's input shape; `output` receives the first output, in
  /// its shape. `output(_:)` gives the others.
  public func run(
    _ input: UnsafeBufferPointer<Float>, into output: UnsafeMutableBufferPointer<Float>
  ) throws(InferenceError) {
    try run(input, into: output) { _ in }
  }

  /// - Parameter observe: called after each step, while its results are in memory.
  func run(
    _ input: UnsafeBufferPointer<Float>, into output: UnsafeMutableBufferPointer<Float>,
    observe: (Step) -> Void
  ) throws(InferenceError) {
    let expected = model.inputShape.reduce(1, *)
    guard input.count == expected, let source = input.baseAddress else {
      throw .inputCount(expected: expected, given: input.count)
    }
    let produced = model.outputShape.reduce(1, *)
    guard output.count == produced, let target = output.baseAddress else {
      throw .outputCount(expected: produced, given: output.count)
    }
    let program = runner.program
    runner.addresses[program.input].update(from: source, count: expected)
    for step in program.steps {
      runner.run(step)
      observe(step)
    }
    target.update(from: runner.addresses[program.outputs[0]], count: produced)
  }

  /// An output of the frame that was computed last, in the session's own memory: valid until the next `run`, and as
  /// long as the session. Meaningless before the first.
  /// - Parameter index: into the model's `outputs`.
  public func output(_ index: Int) -> UnsafeBufferPointer<Float> {
    let buffer = runner.program.outputs[index]
    return UnsafeBufferPointer(
      start: runner.addresses[buffer], count: model.outputs[index].shape.reduce(1, *))
  }
}

extension StepRunner {
  /// Floats of scratch memory that a step needs.
  fileprivate func scratchFloats(_ step: Step, threads: Int) -> Int {
    guard case .convolution(let convolution) = step.kind else { return 0 }
    var arguments = self.arguments(convolution)
    return (ck_conv_scratch(program.isa, &arguments, Int32(threads)) + 15) / 16 * 16
  }
}
