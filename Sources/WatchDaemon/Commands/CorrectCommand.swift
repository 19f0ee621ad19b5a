import Clips
import Foundation
import Hinge
import Platform
import Spool
import Study

extension Command {
  static let correct = Command(
    name: "correct", operands: "STUDY",
    summary:
      "Takes a reader's word on a published study: a revision with the reader's points, view or verdict.",
    options: [
      Option("--outbox", "DIR", "where the study's result is"),
      Option("--config", "FILE", "the daemon's configuration, for its outbox and outputs"),
      Option("--correction", "FILE", "a correction as the study's page saves it"),
      Option("--clip", "UID", "the clip that the options below speak of"),
      Option("--view", "VIEW", "A4C, A2C, A3C, A5C or other"),
      Option("--accept", nil, "the clip's points are right"),
      Option("--reject", nil, "the clip's numbers are not to be used"),
      Option("--remark", "TEXT", "a remark on the clip"),
      Option(
        "--points", "PHASE:FRAME:X,Y:X,Y",
        "ED or ES, the frame from 0, the left and the right point in pixels; may be repeated",
        isRepeatable: true),
      Option("--reader", "NAME", "who says so"),
      Option("--json", nil, "the answer as JSON on standard output"),
    ],
    run: { arguments in try CorrectRun(arguments).run() })
}

/// One call of `hinged correct`.
struct CorrectRun {
  private let arguments: Arguments
  private let publisher: OutboxPublisher
  private let writer: StudyWriter
  private let form: OutboxIndex.Form
  /// The result that is corrected, by its folder's name.
  private let named: PublishedRevision

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    guard arguments.operands.count == 1 else {
      throw CommandFailure.usage("name one study: its StudyInstanceUID, or its folder in the outbox")
    }
    let configuration = try arguments["--config"].map { file in
      do { return try ConfigurationFile.parse(ConfigurationCheck.text(of: file), name: file) } catch {
        throw CommandFailure(code: ExitCode.configuration, sentence: "\(error)")
      }
    }
    var operand = arguments.operands[0]
    while operand.count > 1, operand.hasSuffix("/") { operand.removeLast() }
    let parent = operand.contains("/") ? Files.parent(of: operand) : nil
    guard let outbox = arguments["--outbox"] ?? configuration?.outbox ?? parent else {
      throw CommandFailure.usage("--outbox is missing; add --outbox DIR")
    }
    publisher = OutboxPublisher(outbox: outbox, mode: configuration?.outboxMode ?? .standard)
    form = configuration.map { .init($0) } ?? .init()
    writer = StudyWriter(
      settings: AnalysisSettings(
        configuration: configuration, operatorView: nil, threads: 1, namesFiles: false))
    guard let (study, number) = PublishedRevision.parse(Files.lastComponent(of: operand)) else {
      throw CommandFailure(
        code: ExitCode.failure, sentence: "\(operand) is neither a StudyInstanceUID nor a folder of a result")
    }
    let named = PublishedRevision(study: study, number: number)
    // A study's UID is its latest result; a folder that is named by its path is that one.
    let latest = try? publisher.latestRevision(of: study)
    self.named = parent == nil && number == 1 ? latest ?? named : named
  }

  func run() throws -> Int32 {
    let file = publisher.folder(of: named) + "/study.json"
    guard let bytes = try? Files.read(file, .outbox) else {
      throw CommandFailure(
        code: ExitCode.failure, sentence: "\(file): there is no such result; look at the outbox's names")
    }
    let correction = try correction(of: bytes)
    let outcome = try CorrectedResult(publisher: publisher, writer: writer).apply(correction)
    switch outcome {
    case .published(let report, let revision):
      updateIndex(with: revision)
      return tell(report, revision, isNew: true)
    case .nothingNew(let revision): return tell(nil, revision, isNew: false)
    case .unknownStudy:
      throw CommandFailure(
        code: ExitCode.failure,
        sentence: "\(publisher.outbox): there is no result of the study that is corrected")
    case .refused(let sentence): throw CommandFailure(code: ExitCode.noInput, sentence: sentence)
    }
  }

  /// So that the page of the result before tells of this one.
  private func updateIndex(with revision: PublishedRevision) {
    let outbox = publisher.outbox
    OutboxIndexer(outbox: outbox, mode: publisher.mode, form: form) {
      StandardError.complain("\(outbox): the outbox's index is not up to date: \($0)")
    }.update(revision.name)
  }

  private func tell(_ report: StudyReport?, _ revision: PublishedRevision, isNew: Bool) -> Int32 {
    if arguments.has("--json") {
      let value = JSONValue.object([
        ("study", .string(named.name)), ("revision", .string(revision.name)), ("new", .bool(isNew)),
      ])
      print((try? value.compact()) ?? "{}")
    } else if isNew {
      print("\(publisher.folder(of: revision)): the corrected result")
    } else {
      print("nothing new: the same correction was applied before, in \(revision.name) or a result before it")
    }
    return ExitCode.success
  }

  private func correction(of bytes: [UInt8]) throws -> CorrectionFile {
    let given: [UInt8]
    if let path = arguments["--correction"] {
      do throws(FileError) {
        given = try Files.read(path, limit: ReaderCorrection.mostBytes + 1, .inbox)
      } catch {
        throw CommandFailure(code: ExitCode.failure, sentence: "\(path): \(error)")
      }
    } else {
      let stated = try CorrectionOptions(arguments).correction(
        study: PublishedRevision.parse(named.name)?.study ?? "", result: SHA256.hexDigest(of: bytes))
      given = Array(try stated.json.pretty().utf8)
    }
    do throws(ReaderCorrection.Refusal) {
      let content = try ReaderCorrection(given)
      guard content.studyInstanceUID == PublishedRevision.parse(named.name)?.study else {
        throw ReaderCorrection.Refusal("The correction is of another study than \(named.name).")
      }
      return CorrectionFile(sha256: SHA256.hexDigest(of: given), content: content, time: .now)
    } catch {
      throw CommandFailure(code: ExitCode.noInput, sentence: error.sentence)
    }
  }
}

/// A correction of one clip as options state it.
struct CorrectionOptions {
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func correction(study: String, result: String) throws(CommandFailure) -> ReaderCorrection {
    guard let clip = arguments["--clip"] else {
      throw .usage("name a file with --correction, or a clip with --clip and what is said of it")
    }
    if arguments.has("--accept"), arguments.has("--reject") {
      throw .usage("--accept and --reject contradict each other; give one of them")
    }
    var said = ReaderCorrection.Clip(sopInstanceUID: clip)
    said.view = try arguments["--view"].map { (word) throws(CommandFailure) in
      guard let view = EchoView(rawValue: word), EchoView.stateable.contains(view) else {
        throw .usage("--view \(word): \(EchoView.choices) is needed")
      }
      return view
    }
    said.verdict = arguments.has("--accept") ? .accepted : arguments.has("--reject") ? .rejected : nil
    said.remark = arguments["--remark"]
    said.measurements = try arguments["--points"].map { (text) throws(CommandFailure) in
      var measurements: [ReaderCorrection.Measurement] = []
      for line in text.split(separator: "\n") { measurements.append(try Self.measurement(String(line))) }
      return measurements
    }
    return ReaderCorrection(
      studyInstanceUID: study, resultSHA256: result, reader: arguments["--reader"], clips: [said])
  }

  /// `ED:12:301.4,388:371.9,391.2`.
  static func measurement(_ text: String) throws(CommandFailure) -> ReaderCorrection.Measurement {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 4, let phase = CyclePhase(rawValue: parts[0]), let frame = Int(parts[1]), frame >= 0,
      let left = point(parts[2]), let right = point(parts[3])
    else {
      throw .usage(
        "--points \(text): ED or ES, a frame and two points are needed, as ED:12:301.4,388:371.9,391")
    }
    return .init(phase: phase, frame: frame, left: left, right: right)
  }

  private static func point(_ text: String) -> Point? {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard numbers.count == 2, let x = numbers[0], let y = numbers[1], x.isFinite, y.isFinite else {
      return nil
    }
    return Point(x: x, y: y)
  }
}
