import Glibc
import Platform
import Study

/// Tells a file that is cut short or damaged from one that the disk or the share does not give: DCMTK takes a read that
/// failed for the end of the file.
enum ReadFailure {
  private static let pieceBytes = 1 << 18
  /// Of a longer file the rest is not looked at.
  private static let longestBytes = 1 << 30
  private static let mistakable: Set<ReasonCode> = [.truncated, .corrupt, .unreadable, .notDICOM]

  /// What stands behind an error: the read that failed, where one did.
  /// - Parameters:
  ///   - code: errno after the error, which was 0 before the file was read: nothing sets it back.
  ///   - file: The file's descriptor, to be read once more.
  static func cause(of error: ClipReadError, _ code: Int32, file: Int32) -> ClipReadError {
    guard error.failure == nil, mistakable.contains(error.reason) else { return error }
    let known = FileError(.read, .inbox, code: code)
    guard let failure = known.isShareGone ? known : again(file) else { return error }
    return ClipReadError(
      reason: .unreadable, detail: "The file cannot be read: \(failure.reason).", study: error.study,
      failure: failure)
  }

  /// Reads the file to its end.
  private static func again(_ file: Int32) -> FileError? {
    var buffer = [UInt8](repeating: 0, count: pieceBytes)
    var offset = 0
    while offset < longestBytes {
      let count = pread(file, &buffer, buffer.count, off_t(offset))
      if count == 0 { return nil }
      if count < 0 {
        if errno == EINTR { continue }
        return FileError(.read, .inbox)
      }
      offset += count
    }
    return nil
  }
}
