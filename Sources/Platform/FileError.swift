import Glibc

/// A system call on a file that failed.
///
/// It says what was attempted and what role the place has, and never the path: names of inputs carry
/// patients' names, and whoever throws knows the role while whoever prints knows whether a path may be shown.
package struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Place: String, Sendable, Codable {
    case inbox, outbox, spool, staging, journal, configuration, metrics
    case claimed = "claimed input"
    case quarantine, done, lock, key, status, manifest, scratch
    /// A program that is started beside this one, and the pipe to it.
    case program
  }

  package enum Operation: String, Sendable {
    case open, read, write, sync, rename, remove, list, copy
    case makeFolder = "make a folder in"
    case start
    case examine
    case lock
    case measure = "measure the free space of"
  }

  package var place: Place
  package var operation: Operation
  /// The errno of the call.
  package var code: Int32

  package init(_ operation: Operation, _ place: Place, code: Int32 = errno) {
    self.place = place
    self.operation = operation
    self.code = code
  }

  package var description: String { "cannot \(operation.rawValue) the \(place.rawValue): \(reason)" }

  /// The system's text for the errno.
  package var reason: String { String(cString: strerror(code)) }

  /// The trouble lies with the disk or the share, not with the file: the same work succeeds once it is mended.
  package var isOfTheEnvironment: Bool {
    isDiskFull || isShareGone || Self.exhausted.contains(code) || isRefusedOfOwnFolder || place == .program
  }

  /// Rights were taken away from a folder that is the program's own. A file of the inbox may have rights of its own.
  private var isRefusedOfOwnFolder: Bool { isRefused && place != .inbox }

  /// A file or a folder of the inbox may not be read or changed: the rights of that one, and of no other, are to blame.
  package var isRefusedOfInbox: Bool { isRefused && place == .inbox }

  /// The rights of what was asked for are to blame.
  package var isRefused: Bool { [EACCES, EPERM].contains(code) }

  package var isDiskFull: Bool { [ENOSPC, EDQUOT].contains(code) }

  /// What a share answers when its server or its network is gone, or a disk that has failed or is read-only.
  package var isShareGone: Bool { Self.gone.contains(code) }

  private static let gone: Set<Int32> = [
    ESTALE, EIO, ENOTCONN, EHOSTDOWN, EHOSTUNREACH, ETIMEDOUT, ENODEV, ENXIO, EROFS, ENETDOWN, ENETUNREACH,
    EREMOTEIO, ESHUTDOWN, ECONNABORTED, ECONNRESET,
  ]
  private static let exhausted: Set<Int32> = [EMFILE, ENFILE, ENOMEM, EAGAIN, EINTR, EBUSY]
}

/// File names as text without loss.
///
/// A name on Linux is any bytes; a share written by old modalities has names in Latin-1. A byte that is not part
/// of valid UTF-8 becomes the private-use scalar U+F700 + byte, and a name that contains such scalars of its own
/// has its bytes treated alike, so that text and bytes map one to one.
package enum FileName {
  private static let escapes: ClosedRange<UInt32> = 0xF700...0xF7FF

  package static func text(of bytes: some Collection<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: isEscape) {
      return text
    }
    var text = String.UnicodeScalarView()
    for byte in bytes {
      text.append(byte < 0x80 ? Unicode.Scalar(byte) : Unicode.Scalar(escapes.lowerBound + UInt32(byte))!)
    }
    return String(text)
  }

  /// - Parameter path: As the system gives it.
  package static func text(ofPath path: UnsafePointer<CChar>) -> String {
    text(of: UnsafeRawBufferPointer(start: path, count: strlen(path)))
  }

  package static func text(ofEntry entry: UnsafeMutablePointer<dirent>) -> String {
    withUnsafePointer(to: &entry.pointee.d_name) { tuple in
      tuple.withMemoryRebound(to: UInt8.self, capacity: 256) { name in
        text(of: UnsafeBufferPointer(start: name, count: strnlen(name, 256)))
      }
    }
  }

  package static func bytes(of text: String) -> [UInt8] {
    guard text.unicodeScalars.contains(where: isEscape) else { return Array(text.utf8) }
    return text.unicodeScalars.flatMap { scalar in
      isEscape(scalar) ? [UInt8(scalar.value - escapes.lowerBound)] : Array(String(scalar).utf8)
    }
  }

  /// Whether the name can be given to other code as it is.
  package static func isPlain(_ text: String) -> Bool { !text.unicodeScalars.contains(where: isEscape) }

  package static func withPath<T>(_ text: String, _ body: (UnsafePointer<CChar>) -> T) -> T {
    if isPlain(text) { return text.withCString(body) }
    return (bytes(of: text) + [0]).withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { body($0.baseAddress!) }
    }
  }

  private static func isEscape(_ scalar: Unicode.Scalar) -> Bool { escapes.contains(scalar.value) }
}

private func strnlen(_ text: UnsafePointer<UInt8>, _ limit: Int) -> Int {
  var count = 0
  while count < limit && text[count] != 0 { count += 1 }
  return count
}
