import Foundation
import Inference
import Platform

/// One network on one made-up picture: how long it takes to load and to run, what share of the processor's peak
/// that is, and how much memory. With `--serve` another program says when to run, so that several engines can be
/// measured in turns.
struct NetworkBench {
  private let path: String
  private let precision: Precision
  private let threads: Int
  private let repeats: Int
  private let isServed: Bool
  private let input: [Float]?

  init(_ path: String, _ arguments: Arguments) throws {
    self.path = path
    let word = arguments["--precision"] ?? "fp32"
    guard let precision = Precision(rawValue: word) else {
      throw CommandFailure.usage("--precision \(word): fp32, bf16 or int8 is needed with --network")
    }
    self.precision = precision
    threads = try arguments.threadsOfFrame()
    repeats = try arguments.positiveInteger("--repeats") ?? 15
    isServed = arguments.has("--serve")
    input = try arguments["--input"].map(Self.floats)
  }

  func run() throws -> Int32 {
    do {
      let clock = ContinuousClock()
      let start = clock.now
      let model = try Model(contentsOf: path, precision: precision, calibration: try calibration())
      let session = try InferenceSession(model: model, threads: threads)
      let loaded = clock.now
      var output = [Float](repeating: 0, count: model.outputShape.reduce(1, *))
      let picture = picture(of: model)
      try frame(session, picture, &output)
      let first = clock.now
      if isServed {
        try serve(session, picture, &output, load: seconds(loaded - start), first: seconds(first - loaded))
      } else {
        try report(session, picture, &output, load: loaded - start, first: first - loaded)
      }
      return ExitCode.success
    } catch let error as ModelError {
      throw CommandFailure(code: ExitCode.configuration, sentence: "\(path): \(error)")
    }
  }

  /// A network of its own has no card: it is calibrated on the picture that it is measured on.
  private func calibration() throws -> Calibration? {
    guard precision == .int8 else { return nil }
    let model = try Model(contentsOf: path)
    let calibrator = try Calibrator(model: model, threads: threads)
    try picture(of: model).withUnsafeBufferPointer { try calibrator.show($0) }
    return calibrator.calibration
  }

  private func picture(of model: Model) -> [Float] {
    let count = model.inputShape.reduce(1, *)
    if let input, input.count == count { return input }
    return (0..<count).map { Float($0 * 7919 % 1009) / 1009 }
  }

  private func frame(_ session: InferenceSession, _ input: [Float], _ output: inout [Float]) throws {
    try input.withUnsafeBufferPointer { from in
      try output.withUnsafeMutableBufferPointer { try session.run(from, into: $0) }
    }
  }

  /// Wall and processor seconds of each of so many frames.
  private func times(
    _ count: Int, _ session: InferenceSession, _ input: [Float], _ output: inout [Float]
  ) throws -> [(wall: Double, processor: Double)] {
    let clock = ContinuousClock()
    return try (0..<count).map { _ in
      let (begin, processor) = (clock.now, Self.processorSeconds)
      try frame(session, input, &output)
      return (seconds(clock.now - begin), Self.processorSeconds - processor)
    }
  }

  private func report(
    _ session: InferenceSession, _ input: [Float], _ output: inout [Float], load: Duration, first: Duration
  ) throws {
    let all = try times(repeats, session, input, &output)
    let wall = all.map(\.wall).sorted()[all.count / 2]
    let processor = all.map(\.processor).sorted()[all.count / 2]
    let operations = Double(session.model.operations)
    let peak = ProcessorPeak.operations(precision)
    print(
      "\(session.model.instructionSet), \(precision.rawValue), \(Plural.of(threads, "thread")): "
        + String(format: "load %.0f ms, first frame %.1f ms", seconds(load) * 1000, seconds(first) * 1000))
    print(
      String(
        format: "%.2f ms a frame, %.2f ms of processor time, %.1f GFLOP/s, %.0f %% of %.0f GFLOP/s a thread",
        wall * 1000, processor * 1000, operations / wall / 1e9, 100 * operations / processor / peak,
        peak / 1e9))
    print("\(Self.peakMegabytes) MB at most")
  }

  /// Lines in: how many frames to run. Lines out: what was measured, as JSON.
  private func serve(
    _ session: InferenceSession, _ input: [Float], _ output: inout [Float], load: Double, first: Double
  ) throws {
    let peak = ProcessorPeak.operations(precision)
    answer(
      "{\"load\": \(load), \"first\": \(first), \"peak\": \(peak), \"operations\": \(session.model.operations)}"
    )
    while let line = readLine(), let count = Int(line) {
      let all = try times(count, session, input, &output)
      let list = all.map { "[\($0.wall), \($0.processor)]" }.joined(separator: ", ")
      answer("{\"times\": [\(list)]}")
    }
    answer("{\"output\": [\(output.map { "\($0)" }.joined(separator: ", "))]}")
  }

  /// The other program waits for the line.
  private func answer(_ line: String) {
    print(line)
    fflush(nil)
  }

  private func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  /// Of all threads of this process.
  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The largest memory that this process ever had resident, 2^20 bytes.
  private static var peakMegabytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1024
  }

  private static func floats(_ path: String) throws -> [Float] {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
      throw CommandFailure(code: ExitCode.noInput, sentence: "\(path): it cannot be read; check the path")
    }
    return data.withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
  }
}
