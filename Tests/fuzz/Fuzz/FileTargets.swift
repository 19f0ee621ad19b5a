import Foundation
import Inference

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Spool
@testable import Study
@testable import WatchDaemon

/// A network and one frame through it, where it is small.
func readONNX(_ bytes: [UInt8]) {
  guard let model = try? Model(bytes: bytes) else { return }
  let count = model.inputShape.reduce(1, *)
  guard count <= 1 << 14, model.operations <= 1 << 24 else { return }
  guard let session = try? InferenceSession(model: model, threads: 1) else { return }
  var output = [Float](repeating: 0, count: model.outputShape.reduce(1, *))
  [Float](repeating: 0.5, count: count).withUnsafeBufferPointer { input in
    output.withUnsafeMutableBufferPointer { try? session.run(input, into: $0) }
  }
}

func readNIfTI(_ bytes: [UInt8]) { withFile("picture.nii", bytes) { _ = try? GridImage.read($0) } }

func readGzip(_ bytes: [UInt8]) { _ = try? Gzip.decompress(bytes, limit: 1 << 20) }

/// The header; a file of 24 bytes lies beside it.
func readMetaImage(_ bytes: [UInt8]) {
  withFile("picture.raw", Array(repeating: 3, count: 24)) { _ in
    withFile("picture.mhd", bytes) { _ = try? GridImage.read($0) }
  }
}

func readConfiguration(_ bytes: [UInt8]) {
  let file = ConfigurationFile(String(decoding: bytes, as: UTF8.self))
  for rule in file.draft.viewRules { _ = rule.holds(texts: ["SeriesDescription": "4 ch"], file: "a/b") }
}

/// A journal whose checksums are wrong is refused at once, so the lines that are read here get theirs: each is taken
/// without its first nine bytes. The bytes as they are, are read too.
func readJournal(_ bytes: [UInt8]) {
  _ = replay(bytes)
  var signed: [UInt8] = []
  for line in bytes.split(separator: UInt8(ascii: "\n")) {
    let json = Array(line.dropFirst(9))
    signed += Array(String(format: "%08x ", CRC32C.checksum(json)).utf8) + json + [UInt8(ascii: "\n")]
  }
  guard let ledger = replay(signed)?.ledger else { return }
  let again = JournalFormat.header + ledger.entries.flatMap { JournalFormat.line(of: $0) }
  guard replay(again) != nil else { fatalError("a journal that was written anew cannot be read") }
}

/// Without books: there is no folder for them.
private func replay(_ bytes: [UInt8]) -> JournalReplay? {
  var replay = JournalReplay(settled: SettledFolder(path: "/none"), isOwner: false)
  return bytes.withUnsafeBytes { (try? replay.read($0)) == nil ? nil : replay }
}

func readManifest(_ bytes: [UInt8]) {
  withFile("manifest", bytes) { path in
    guard let reader = try? ManifestReader(path) else { return }
    while let line = try? reader.next() {
      switch line {
      case .study(_, let text): _ = try? ManifestReader.study(text, of: path)
      case .problem(let text): _ = try? ManifestReader.problem(text, of: path)
      }
    }
  }
}

/// What stands in an outbox, which others may have written to.
func readStudy(_ bytes: [UInt8]) {
  _ = try? StudyJSON.decodeHeadlines(bytes)
  guard let report = try? StudyJSON.decode(Data(bytes)), let written = try? StudyJSON.encode(report) else {
    return
  }
  guard (try? StudyJSON.decode(written)) != nil else {
    fatalError("a record that was written cannot be read")
  }
}

/// What lies beside a model.
func readCard(_ bytes: [UInt8]) {
  _ = try? JSONDecoder().decode(ModelCard.self, from: Data(bytes))
  _ = try? JSONDecoder().decode(PrecisionCard.self, from: Data(bytes))
}

/// What the confined process does with an archive: nothing that it holds may be more than it may, nor have a name that
/// leads anywhere.
func readArchive(_ bytes: [UInt8]) {
  withFile("archive", bytes) { path in
    let file = open(path, O_RDONLY)
    defer { close(file) }
    guard let input = try? ArchiveInput(descriptor: file) else { return }
    let limits = ArchiveLimits(entries: 64, bytes: 1 << 22, alwaysAllowed: 1 << 20)
    try? Archive.read(input, limits: limits, into: CheckedArchive(limits))
  }
}

private final class CheckedArchive: ArchiveSink {
  private let limits: ArchiveLimits
  private var entries = 0
  private var bytes = 0

  init(_ limits: ArchiveLimits) { self.limits = limits }

  func begin(_ entry: ArchiveEntry) throws(ArchiveFailure) {
    entries += 1
    let isSafe =
      entry.name.isEmpty || (try? ArchiveName.checked(FileName.bytes(of: entry.name))) == entry.name
    guard entries <= limits.entries, isSafe else { fatalError("an entry that may not be") }
  }

  func write(_ part: ArraySlice<UInt8>) throws(ArchiveFailure) {
    bytes += part.count
    guard bytes <= limits.bytes else { fatalError("more than may be") }
  }

  func end() throws(ArchiveFailure) {}
}
