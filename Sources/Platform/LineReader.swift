import Glibc

/// The lines of a file, one after the other, in as much memory as the longest of them takes.
package final class LineReader {
  package struct Line {
    /// Without the line feed.
    package var bytes: [UInt8]
    /// Whether the file went on with a line feed; only the last line may be without.
    package var isWhole: Bool

    package init(bytes: [UInt8], isWhole: Bool) {
      self.bytes = bytes
      self.isWhole = isWhole
    }
  }

  private let descriptor: Descriptor
  private let place: FileError.Place
  private var buffer: [UInt8] = []
  /// Where the next line begins, and how far its end was looked for.
  private var start = 0
  private var searched = 0
  private var isAtEnd = false

  private static let pieceBytes = 1 << 18

  package init(_ path: String, _ place: FileError.Place) throws(FileError) {
    descriptor = try Descriptor.open(path, O_RDONLY, place)
    self.place = place
  }

  /// Reads what comes on standard input.
  package init(standardInput place: FileError.Place) {
    descriptor = Descriptor(owning: dup(STDIN_FILENO))
    self.place = place
  }

  /// `nil` at the end.
  package func next() throws(FileError) -> Line? {
    while true {
      if let end = nextLineFeed() {
        defer { (start, searched) = (end + 1, end + 1) }
        return Line(bytes: Array(buffer[start..<end]), isWhole: true)
      }
      if isAtEnd {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        return Line(bytes: Array(buffer[start...]), isWhole: false)
      }
      try fill()
    }
  }

  private func nextLineFeed() -> Int? {
    let found = buffer.withUnsafeBytes { bytes -> Int? in
      guard searched < bytes.count, let base = bytes.baseAddress,
        let feed = memchr(base + searched, Int32(UInt8(ascii: "\n")), bytes.count - searched)
      else { return nil }
      return base.distance(to: UnsafeRawPointer(feed))
    }
    searched = buffer.count
    return found
  }

  private func fill() throws(FileError) {
    buffer.removeSubrange(..<start)
    searched -= start
    start = 0
    let before = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: Self.pieceBytes))
    while true {
      let count = buffer.withUnsafeMutableBytes {
        Glibc.read(descriptor.raw, $0.baseAddress! + before, Self.pieceBytes)
      }
      if count < 0 && errno == EINTR { continue }
      let code = errno
      buffer.removeLast(Self.pieceBytes - max(count, 0))
      if count < 0 { throw FileError(.read, place, code: code) }
      isAtEnd = count == 0
      return
    }
  }
}
