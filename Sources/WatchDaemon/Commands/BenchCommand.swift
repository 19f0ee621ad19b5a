import Clips
import Foundation
import Platform

extension Command {
  static let bench = Command(
    name: "bench", operands: "[CLIP]",
    summary: "Measures frames a second of decoding, of inference and of the whole walk on this machine.",
    options: [
      Option("--model", "FILE", "an ONNX model with its card beside it"),
      Option("--precision", "P", "auto, fp32, bf16 or int8 (default: auto)"),
      Option("--threads", "N", "frames in work at once (default: all cores)"),
      Option("--repeats", "N", "how often each part is run; the median counts (default: 3)"),
      Option("--json", nil, "the figures as JSON on standard output"),
      Option("--network", "FILE", "measure this ONNX network alone, without a card, a clip and an admission"),
      Option("--input", "FILE", "with --network: its input as 32-bit floats (default: a made-up picture)"),
      Option("--serve", nil, "with --network: read how many frames to run, line by line, and print JSON"),
    ],
    run: { arguments in
      if let network = arguments["--network"] { return try NetworkBench(network, arguments).run() }
      return try BenchRun(arguments).run()
    })
}

/// One call of `hinged bench`: on a clip of one's own, or on a synthetic one.
struct BenchRun {
  private let pipeline: StudyPipeline
  private let clip: String?
  private let repeats: Int
  private let printsJSON: Bool

  init(_ arguments: Arguments) throws {
    if arguments.operands.count > 1 { throw CommandFailure.usage("bench takes one clip at most") }
    pipeline = try AnalysisOptions(arguments).pipeline(namesFiles: true, requiresAdmission: false)
    clip = arguments.operands.first
    repeats = try arguments.positiveInteger("--repeats") ?? 3
    printsJSON = arguments.has("--json")
  }

  func run() throws -> Int32 {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("hinged-bench-\(UUID().uuidString)").path
    try Files.makeFolder(folder, .staging)
    defer { try? Files.discardTree(folder, .staging) }
    let file = try studyFile(in: folder)
    if !printsJSON { print(head(file.header)) }
    let figures = [
      try figure("decode", of: file.header) { try decode(file) },
      try figure("inference", of: file.header) { try infer(file.header.frames) },
      try figure("whole walk", of: file.header) { try walk(file, folder: folder) },
    ]
    if printsJSON { print(json(file.header, figures).line) }
    return ExitCode.success
  }

  private var threads: Int { pipeline.analysis.settings.threads }
  private var segmenter: Segmenter { pipeline.analysis.segmenters.general }

  private func head(_ header: ClipHeader) -> String {
    "\(Plural.of(header.frames, "frame")) of \(header.columns) x \(header.rows), "
      + "\(Plural.of(threads, "thread")), \(segmenter.model.instructionSet), \(segmenter.precision.rawValue)"
  }

  private struct Figure {
    var name: String
    var milliseconds: Double
    var framesASecond: Double
  }

  /// The median of all repeats, told at once unless JSON is asked for.
  private func figure(_ name: String, of header: ClipHeader, _ work: () throws -> Void) throws -> Figure {
    let times = try (0..<repeats).map { _ in
      var watch = Stopwatch()
      try watch.measure(work)
      return watch.milliseconds
    }.sorted()
    let median = times[times.count / 2]
    let figure = Figure(
      name: name, milliseconds: median, framesASecond: Double(header.frames) / median * 1000)
    if !printsJSON {
      let label = name.padding(toLength: 11, withPad: " ", startingAt: 0)
      print(label + String(format: "%8.1f frames a second, %8.1f ms", figure.framesASecond, median))
    }
    return figure
  }

  private func json(_ header: ClipHeader, _ figures: [Figure]) -> JSONValue {
    let parts = figures.map { figure in
      JSONValue.object([
        ("name", .string(figure.name)), ("frames_a_second", .rounded(figure.framesASecond, 1)),
        ("ms", .rounded(figure.milliseconds, 1)),
      ])
    }
    return .object([
      ("schema", .string("hinged.bench/1")), ("frames", .integer(header.frames)),
      ("columns", .integer(header.columns)), ("rows", .integer(header.rows)),
      ("threads", .integer(threads)), ("repeats", .integer(repeats)),
      ("instruction_set", .string("\(segmenter.model.instructionSet)")),
      ("precision", .string(segmenter.precision.rawValue)), ("model", .string(segmenter.card.name)),
      ("parts", .array(parts)),
    ])
  }

  private func studyFile(in folder: String) throws -> StudyFile {
    let path: String
    if let clip {
      path = clip
    } else {
      path = folder + "/phantom.dcm"
      guard let phantom = DemoStudy.clips().first else { preconditionFailure("the demonstration has a clip") }
      try phantom.write(to: path)
    }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw CommandFailure(
        code: ExitCode.noInput,
        sentence: "\(path): there is no such file, or it cannot be read; check the path")
    }
    do {
      return StudyFile(
        path: path, origin: path, sha256: try SHA256.hexDigest(ofFile: path),
        header: try ClipReader.readHeader(path: path))
    } catch let error as ClipReadError {
      throw CommandFailure(code: ExitCode.noInput, sentence: "\(path): \(error.detail)")
    }
  }

  private func decode(_ file: StudyFile) throws {
    let decoder = try CineDecoder(path: file.path, frames: nil, limits: .init())
    defer { decoder.close() }
    while try decoder.next() != nil {}
  }

  /// The network alone, on gray pictures of its own input size.
  private func infer(_ frames: Int) throws {
    let side = pipeline.analysis.segmenters.general.inputSide
    let box = PixelBox(x: 0, y: 0, width: side, height: side)
    let geometry = InputGeometry(box: box, spacing: .init(x: 1, y: 1), inputSide: side)
    let picture = GrayFrame(columns: side, rows: side, pixels: .init(repeating: 100, count: side * side))
    var left = frames
    let loop = FrameLoop(
      segmenter: pipeline.analysis.segmenters.general, mapping: GridMapping(geometry), width: threads)
    _ = try loop.run(
      over: {
        left -= 1
        return left < 0 ? nil : DecodedFrame(index: left, gray: picture)
      }, body: { _, _ in true })
  }

  private func walk(_ file: StudyFile, folder: String) throws {
    let staging = folder + "/staging"
    try Files.discardTree(staging, .staging)
    try Files.makeFolder(staging, .staging)
    let study = StudyInput(studyInstanceUID: file.header.studyInstanceUID ?? "1", files: [file])
    var analysis = StudyAnalysis(pipeline, study)
    while try analysis.analyseNext() != nil {}
    _ = try analysis.write(into: staging)
  }
}
