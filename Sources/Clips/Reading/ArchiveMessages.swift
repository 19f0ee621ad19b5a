import Study

/// Tells the reader of an archive what is in it, in the messages of `DecodeMessage`. For the confined worker.
final class ArchiveMessages: ArchiveSink {
  private let sendsContent: Bool
  private let send: ([UInt8]) -> Void
  private var count = 0

  /// - Parameter sendsContent: Otherwise the content is unpacked and checked, and only its length told.
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
