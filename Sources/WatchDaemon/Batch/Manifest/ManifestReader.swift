import Foundation
import Platform
import Study

/// Reads a manifest from its first line to its last, and that it is the one that was written: whoever has reached
/// the end without an error knows that every line was as it had been.
final class ManifestReader {
  enum Line {
    /// The line of a `PlannedStudy`, not yet decoded, and its place among the studies from 0.
    case study(position: Int, [UInt8])
    case problem([UInt8])
  }

  let path: String
  let header: ManifestHeader
  /// Known once the last line was read.
  private(set) var end: ManifestEnd.Content?

  private let lines: LineReader
  private var hash = SHA256()
  private var studies = 0
  private var problems = 0

  /// - Throws: `CommandFailure` where there is no manifest.
  init(_ path: String) throws(CommandFailure) {
    self.path = path
    do {
      lines = try LineReader(path, .manifest)
      guard let first = try lines.next(), first.isWhole,
        let header = try? JSONDecoder().decode(ManifestHeader.self, from: Data(first.bytes)),
        header.schema == ManifestHeader.schemaName
      else { throw Self.refusal(path, "it is no \(ManifestHeader.schemaName)") }
      self.header = header
      Self.feed(&hash, first.bytes)
    } catch let error as FileError {
      throw Self.failure(path, error)
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw Self.refusal(path, "\(error)")
    }
  }

  /// The first 16 digits of the content's digest: enough to tell manifests apart in names.
  static func id(of sha256: String) -> String { String(sha256.prefix(16)) }

  /// The next study or problem; `nil` after the last line, when all was found to be as it was written.
  func next() throws(CommandFailure) -> Line? {
    let line: LineReader.Line?
    do { line = try lines.next() } catch { throw Self.failure(path, error) }
    guard let line, line.isWhole else { throw Self.refusal(path, "it is not whole") }
    if line.bytes.starts(with: Self.endMark) {
      try finish(line.bytes)
      return nil
    }
    Self.feed(&hash, line.bytes)
    if line.bytes.starts(with: Self.studyMark) {
      studies += 1
      return .study(position: studies - 1, line.bytes)
    }
    guard line.bytes.starts(with: Self.problemMark) else {
      throw Self.refusal(path, "line \(1 + studies + problems + 1) is none of a manifest")
    }
    problems += 1
    return .problem(line.bytes)
  }

  private func finish(_ line: [UInt8]) throws(CommandFailure) {
    guard let end = try? JSONDecoder().decode(ManifestEnd.self, from: Data(line)).end,
      end.sha256 == SHA256.hex(hash.finish()), end.studies == studies, end.problems == problems
    else { throw Self.refusal(path, "its content is not that which was planned") }
    hash = SHA256()
    let rest: LineReader.Line?
    do { rest = try lines.next() } catch { throw Self.failure(path, error) }
    guard rest == nil else { throw Self.refusal(path, "something follows on its last line") }
    self.end = end
  }

  private static let studyMark = Array("{\"study\":".utf8)
  private static let problemMark = Array("{\"problem\":".utf8)
  private static let endMark = Array("{\"end\":".utf8)

  private static func feed(_ hash: inout SHA256, _ line: [UInt8]) {
    hash.update(line)
    hash.update([UInt8(ascii: "\n")])
  }

  static func refusal(_ path: String, _ why: String) -> CommandFailure {
    CommandFailure(
      code: ExitCode.noInput,
      sentence: "\(path): the manifest is refused: \(why); plan again under another name")
  }

  private static func failure(_ path: String, _ error: FileError) -> CommandFailure {
    CommandFailure(
      code: error.isOfTheEnvironment ? ExitCode.temporary : ExitCode.noInput,
      sentence: "\(path): \(error); check the path")
  }
}

extension ManifestReader {
  /// By what the manifests of one plan, and the parts that are run again, are known together.
  var family: String? { header.partOf ?? end.map { Self.id(of: $0.sha256) } }

  static func study(_ line: [UInt8], of path: String) throws(CommandFailure) -> PlannedStudy {
    guard let study = try? JSONDecoder().decode(PlannedStudy.self, from: Data(line)),
      DICOMUID.isValid(study.study), !study.files.isEmpty
    else { throw refusal(path, "a study's line cannot be read") }
    return study
  }
  static func problem(_ line: [UInt8], of path: String) throws(CommandFailure) -> ManifestProblem {
    guard let problem = try? JSONDecoder().decode(ManifestProblem.self, from: Data(line)) else {
      throw refusal(path, "a problem's line cannot be read")
    }
    return problem
  }
}
