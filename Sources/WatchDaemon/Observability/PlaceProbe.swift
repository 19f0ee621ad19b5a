import Glibc
import Platform
import Spool
import Study

/// Whether the folders that a configuration names can be used now, by whoever asks. Changes nothing; it may block where
/// a share hangs.
enum PlaceProbe {
  static let missingShare = "its share is not mounted"

  /// Why folders cannot be used, by the raw value of their place.
  static func problems(_ configuration: Configuration) -> [String: String] {
    let reads = R_OK | X_OK
    let writes = reads | W_OK
    let places: [(FileError.Place, String, Int32)] = [
      (.inbox, configuration.inbox, configuration.intake == .move ? writes : reads),
      (.outbox, configuration.outbox, writes), (.spool, configuration.spool, writes),
    ]
    var problems: [String: String] = [:]
    for (place, path, rights) in places where !path.isEmpty {
      problems[place.rawValue] = problem(path, rights: rights)
    }
    if problems[FileError.Place.outbox.rawValue] == nil,
      OutboxMount(configuration).isMissing(remembers: false)
    {
      problems[FileError.Place.outbox.rawValue] = missingShare
    }
    return problems
  }

  private static func problem(_ path: String, rights: Int32) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return reason(errno) }
    guard status.isFolder else { return "it is no folder" }
    return faccessat(AT_FDCWD, path, rights, AT_EACCESS) == 0 ? nil : reason(errno)
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
