import CKernels

/// Finds how large the feature maps of a model become on the frames that it is shown.
///
/// Not for two threads at one time.
public final class Calibrator {
  private let session: InferenceSession
  private var output: [Float]
  /// For each convolution, the limit of each frame.
  private var limits: [[Float]]

  /// - Parameter model: in `fp32`.
  public init(model: Model, threads: Int) throws(InferenceError) {
    session = try InferenceSession(model: model, threads: threads)
    output = [Float](repeating: 0, count: model.outputShape.reduce(1, *))
    limits = model.program.steps.filter(\.isConvolution).map { _ in [] }
  }

  /// Computes one frame, `[1,C,H,W]` as the model's input shape, and remembers what it sees.
  public func show(_ input: UnsafeBufferPointer<Float>) throws(InferenceError) {
    var index = 0
    let runner = session.runner
    let result = output.withUnsafeMutableBufferPointer { output in
      Result { () throws(InferenceError) in
        try session.run(input, into: output) { step in
          guard case .convolution(let convolution) = step.kind else { return }
          limits[index].append(runner.map(convolution.output).largest)
          index += 1
        }
      }
    }
    try result.get()
  }

  /// The largest element of each convolution's result in any frame.
  public var calibration: Calibration { Calibration(limits: limits.map { $0.max() ?? 0 }) }
}

extension Step {
  fileprivate var isConvolution: Bool {
    if case .convolution = kind { true } else { false }
  }
}

extension ck_map {
  /// Of 32-bit elements; the padding does not count.
  fileprivate var largest: Float {
    var result: Float = 0
    for channel in 0..<Int(channels) {
      let block = channel / Int(CK_LANES) * Int(height * pitch)
      for row in 0..<Int(height) {
        let first = (block + row * Int(pitch)) * Int(CK_LANES) + channel % Int(CK_LANES)
        for column in 0..<Int(width) { result = max(result, data[first + column * Int(CK_LANES)]) }
      }
    }
    return result
  }
}
