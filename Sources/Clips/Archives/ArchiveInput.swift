import Glibc

/// The bytes of an archive that lies in a file.
package struct ArchiveInput: Sendable {
  package let descriptor: Int32
  package let size: Int

  package init(descriptor: Int32) throws(ArchiveFailure) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .refused("It cannot be examined.") }
    self.descriptor = descriptor
    size = Int(status.st_size)
  }

  /// Exactly `count` bytes from `offset` on.
  package func read(_ count: Int, at offset: Int) throws(ArchiveFailure) -> [UInt8] {
    guard count >= 0, offset >= 0, count <= size, offset <= size - count else {
      throw .cut("It ends before its content does.")
    }
    var bytes = [UInt8](repeating: 0, count: count)
    let done = bytes.withUnsafeMutableBytes { buffer in
      var done = 0
      while done < count {
        let got = pread(descriptor, buffer.baseAddress! + done, count - done, off_t(offset + done))
        if got < 0 && errno == EINTR { continue }
        if got <= 0 { break }
        done += got
      }
      return done
    }
    guard done == count else { throw .cut("It ends before its content does.") }
    return bytes
  }

  /// As many of the first bytes as there are, up to `count`.
  package func start(_ count: Int) throws(ArchiveFailure) -> [UInt8] { try read(min(count, size), at: 0) }
}

/// Bytes that come one after the other.
protocol ArchiveStream: AnyObject {
  /// The next bytes; none at the end. Never more than `ArchiveChunk.bytes`.
  func next() throws(ArchiveFailure) -> [UInt8]
}

/// The most bytes that are read or unpacked of an archive at once.
enum ArchiveChunk {
  static let bytes = 1 << 17
}

/// A file from its start to its end.
final class ArchiveFileStream: ArchiveStream {
  private let input: ArchiveInput
  private var offset = 0

  init(_ input: ArchiveInput) { self.input = input }

  func next() throws(ArchiveFailure) -> [UInt8] {
    let bytes = try input.read(min(ArchiveChunk.bytes, input.size - offset), at: offset)
    offset += bytes.count
    return bytes
  }
}

/// Takes what an archive holds, entry by entry.
protocol ArchiveSink: AnyObject {
  func begin(_ entry: ArchiveEntry) throws(ArchiveFailure)
  func write(_ bytes: ArraySlice<UInt8>) throws(ArchiveFailure)
  func end() throws(ArchiveFailure)
}

/// Stops an archive that holds more than it may, before the rest of it is unpacked.
final class ArchiveMeter: ArchiveSink {
  private let sink: any ArchiveSink
  let limits: ArchiveLimits
  private let bytesAllowed: Int
  private var entries = 0
  private(set) var bytes = 0

  /// - Parameter size: Of the archive itself, bytes.
  init(_ sink: any ArchiveSink, limits: ArchiveLimits, size: Int) {
    self.sink = sink
    self.limits = limits
    let (byRatio, overflow) = size.multipliedReportingOverflow(by: limits.ratio)
    bytesAllowed = min(limits.bytes, overflow ? limits.bytes : max(limits.alwaysAllowed, byRatio))
  }

  /// What an archive announces is refused before anything of it is unpacked.
  func expect(entries: Int, bytes: Int) throws(ArchiveFailure) {
    guard entries <= limits.entries else { throw Self.tooMany }
    guard bytes <= bytesAllowed else { throw Self.tooLarge }
  }

  func begin(_ entry: ArchiveEntry) throws(ArchiveFailure) {
    entries += 1
    guard entries <= limits.entries else { throw Self.tooMany }
    try sink.begin(entry)
  }

  func write(_ part: ArraySlice<UInt8>) throws(ArchiveFailure) {
    bytes += part.count
    guard bytes <= bytesAllowed else { throw Self.tooLarge }
    if !part.isEmpty { try sink.write(part) }
  }

  func end() throws(ArchiveFailure) { try sink.end() }

  private static let tooMany = ArchiveFailure.refused("It holds more files than an archive may.")
  private static let tooLarge = ArchiveFailure.refused(
    "It holds more than an archive may, by itself or beside its own size.")
}
