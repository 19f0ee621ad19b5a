import Clips
import Platform

/// Reads headers in child processes.
package struct ClipHeaders: HeaderReading {
  package init() {}

  package func headers(of paths: [String]) -> [HeaderResult] { ClipReader.readHeaders(paths: paths) }
}

/// Headers by the digest of their file: what intake has read need not be read again, in a process of its own each,
/// when the study is worked on. It holds the latest; what is not in it is read from the file.
package final class HeaderMemory: Sendable {
  private struct Content {
    var headers: [String: ClipHeader] = [:]
    /// Digests in a ring, the oldest at `next` once the ring is full.
    var order: [String] = []
    var next = 0
  }

  private let capacity: Int
  private let content = Guarded(Content())

  package init(capacity: Int = 4_096) { self.capacity = capacity }

  func keep(_ header: ClipHeader, of digest: String) {
    content.withLock { content in
      guard content.headers.updateValue(header, forKey: digest) == nil else { return }
      if content.order.count < capacity { return content.order.append(digest) }
      content.headers[content.order[content.next]] = nil
      content.order[content.next] = digest
      content.next = (content.next + 1) % capacity
    }
  }

  package func header(of digest: String) -> ClipHeader? { content.withLock { $0.headers[digest] } }

  /// Its file was worked on: a daemon that runs for months is not to hold headers that nobody asks for again.
  package func forget(_ digest: String) { content.withLock { $0.headers[digest] = nil } }
}
