import Study

/// Takes what an archive holds, as its reader gives it.
package protocol ArchiveReceiver: AnyObject {
  func begin(_ entry: ArchiveEntry) throws
  func append(_ content: [UInt8]) throws
  /// - Parameter count: The content's length in bytes, also where the content itself was not asked for.
  func end(count: Int) throws
}

/// What may still be unpacked of an archive and of all archives in it.
package struct ArchiveBudget: Sendable, Equatable {
  package private(set) var entries: Int
  package private(set) var bytes: Int

  package init(_ limits: ArchiveLimits) { (entries, bytes) = (limits.entries, limits.bytes) }

  mutating func spendEntry() throws(ArchiveFailure) {
    entries -= 1
    guard entries >= 0 else { throw .refused("It holds more files than an archive may.") }
  }

  mutating func spend(bytes count: Int) throws(ArchiveFailure) {
    bytes -= count
    guard bytes >= 0 else { throw .refused("It holds more than an archive may.") }
  }
}

/// Reads archives in a child process that may do nothing but read its file and answer.
package enum ArchiveReader {
  /// Unpacking goes on for as long as a disk takes the content; these bound what the child may compute, and how long
  /// it may be waited for.
  private static let limits: DecodeLimits = {
    var limits = DecodeLimits()
    (limits.cpuSeconds, limits.deadlineSeconds) = (1_200, 1_800)
    return limits
  }()

  /// Reads the whole archive and checks it.
  /// - Parameters:
  ///   - unpacks: Whether the receiver gets the content.
  ///   - executable: The program that has the command `decode-worker`.
  /// - Throws: `ArchiveFailure`, `FileError` where the environment is to blame, `ClipReadError` with the reason
  ///   `unreadable` where the file cannot be had, and what the receiver throws.
  package static func read(
    _ path: String, unpacks: Bool, budget: inout ArchiveBudget, into receiver: any ArchiveReceiver,
    executable: String = CineDecoder.workerExecutable
  ) throws {
    do {
      let request = DecodeRequest(frames: .archive(unpacks: unpacks), limits: limits)
      let worker = try DecodeWorkerProcess(path: path, request: request, executable: executable)
      while try readEntry(worker, unpacks: unpacks, &budget, receiver) {}
    } catch let error as ClipReadError {
      if let failure = error.failure, failure.isOfTheEnvironment { throw failure }
      if error.reason == .unreadable { throw error }
      throw ArchiveFailure(error)
    }
  }

  /// - Returns: Whether there was one.
  private static func readEntry(
    _ worker: DecodeWorkerProcess, unpacks: Bool, _ budget: inout ArchiveBudget,
    _ receiver: any ArchiveReceiver
  ) throws -> Bool {
    let (kind, length) = try worker.readPrefix()
    if kind == .end, length == 0 { return false }
    guard kind == .entry, length <= DecodeMessage.longestEntryPayload,
      let entry = DecodeMessage.entry(try worker.read(length))
    else { throw worker.nonsense() }
    try budget.spendEntry()
    try receiver.begin(entry)
    var count = 0
    while true {
      let (kind, length) = try worker.readPrefix()
      if kind == .content, unpacks, entry.kind == .file, (1...ArchiveChunk.bytes).contains(length) {
        count += length
        try budget.spend(bytes: length)
        try receiver.append(try worker.read(length))
      } else if kind == .entryEnd, length == DecodeMessage.countBytes {
        let stated = DecodeMessage.count(try worker.read(length))
        guard stated >= 0, unpacks ? stated == count : entry.kind == .file || stated == 0 else {
          throw worker.nonsense()
        }
        if !unpacks { try budget.spend(bytes: stated) }
        try receiver.end(count: stated)
        return true
      } else {
        throw worker.nonsense()
      }
    }
  }
}

extension ArchiveFailure {
  fileprivate init(_ error: ClipReadError) {
    switch error.reason {
    case .truncated: self.init(kind: .cut, detail: error.detail)
    case .notDICOM: self.init(kind: .document, detail: error.detail)
    default: self.init(kind: .refused, detail: error.detail)
    }
  }
}

/// Tells the reader of an archive what is in it, in the messages of `DecodeMessage`. For the confined worker.
final class ArchiveMessages: ArchiveSink {
  private let sendsContent: Bool
  private let send: ([UInt8]) -> Void
  private var count = 0

  /// - Parameter sendsContent: Otherwise the content is unpacked and checked, and only its length is sent.
  init(sendsContent: Bool, send: @escaping ([UInt8]) -> Void) {
    self.sendsContent = sendsContent
    self.send = send
  }

  func begin(_ entry: ArchiveEntry) throws(ArchiveFailure) {
    count = 0
    let payload = DecodeMessage.entryPayload(entry)
    send(DecodeMessage.prefix(.entry, length: payload.count) + payload)
  }

  func write(_ bytes: ArraySlice<UInt8>) throws(ArchiveFailure) {
    count += bytes.count
    if sendsContent { send(DecodeMessage.prefix(.content, length: bytes.count) + bytes) }
  }

  func end() throws(ArchiveFailure) {
    let payload = DecodeMessage.countPayload(count)
    send(DecodeMessage.prefix(.entryEnd, length: payload.count) + payload)
  }
}

extension ClipReadError {
  package init(_ failure: ArchiveFailure) {
    let reason: ReasonCode =
      switch failure.kind {
      case .cut: .truncated
      case .document: .notDICOM
      case .refused: .archiveNotReadable
      }
    self.init(reason: reason, detail: failure.detail)
  }
}
