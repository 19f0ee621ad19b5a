import Glibc

/// A system call on a file that failed.
///
/// It says what was attempted and in which role the place stands, and never the path: names of inputs carry
/// patients' names, and whoever throws knows the role while whoever prints knows whether a path may be shown.
package struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Place: String, Sendable, Codable {
    case inbox, outbox, spool, staging, journal, configuration, metrics
    case claimed = "claimed input"
    case quarantine, done, lock, key, status, manifest, scratch
  }

  package enum Operation: String, Sendable {
    case open, read, write, sync, rename, remove, list, copy
    case makeFolder = "make a folder in"
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
    isDiskFull || isShareGone || Self.exhausted.contains(code) || isRefusedOfOwnFolder
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
