import Foundation
import Glibc
import Platform
import Spool
import Study

/// Claims whose files in quarantine need a person, and those that one has seen. A file needs nobody any more when its
/// study was requeued, when its folder was taken away from `quarantine/`, or when `hinged status --acknowledge` was said.
struct Acknowledgement: Codable, Sendable, Equatable {
  /// Ascending.
  private(set) var claims: [Int] = []

  init(claims: some Sequence<Int> = []) { self.claims = claims.sorted() }

  static func read(_ spool: Spool) -> Acknowledgement {
    guard let bytes = try? Files.read(spool.acknowledged, .spool) else { return Acknowledgement() }
    return (try? JSONDecoder().decode(Acknowledgement.self, from: Data(bytes))) ?? Acknowledgement()
  }

  func write(_ spool: Spool) throws(FileError) {
    guard let data = try? JSONEncoder().encode(self) else { return }
    try AtomicFile.write(Array(data), to: spool.acknowledged, mode: 0o600, .spool)
    // The superuser asks as well: the file is the spool's owner's, or its daemon could not read it.
    var owner = stat()
    guard geteuid() == 0, stat(spool.path, &owner) == 0 else { return }
    _ = chown(spool.acknowledged, owner.st_uid, owner.st_gid)
  }
}

/// What of a ledger needs a person. Pure.
struct NeedsPerson: Sendable, Equatable {
  var held = 0
  /// By the raw value of the reason.
  var quarantined: [String: Int] = [:]
  /// Ascending.
  var claims: [Int] = []

  /// - Parameters:
  ///   - folders: Names in `quarantine/`; `nil` where that is not known.
  init(_ ledger: Ledger, _ acknowledged: Acknowledgement, folders: Set<String>?) {
    let seen = Set(acknowledged.claims)
    for files in ledger.setAside where !seen.contains(files.claim) {
      if let folders, files.isSettled, !folders.contains(files.folderName) { continue }
      claims.append(files.claim)
      for (kind, count) in files.files {
        if kind.state == .held { held += count }
        if kind.state == .quarantined { quarantined[kind.reason?.rawValue ?? "other", default: 0] += count }
      }
    }
  }

  /// As it stands in a spool now.
  init(_ ledger: Ledger, _ spool: Spool) {
    let folders = try? Set(Files.names(in: spool.quarantine, .quarantine))
    self.init(ledger, .read(spool), folders: folders)
  }
}
