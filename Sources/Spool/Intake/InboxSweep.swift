import Glibc
import Platform

/// Clears away what claims leave behind in an inbox that files are moved out of: the marker of a folder in which
/// nothing is left, at once, so that it does not speak for what comes there next; and the folder itself, once it
/// has been empty for a quiet period. Used on one queue.
///
/// Only folders that a claim took a file from are looked at, and never the inbox itself. A file that is not for the
/// daemon, a hidden one say, keeps a folder.
struct InboxSweep: Sendable {
  /// Since when a folder has been empty, by its time of change.
  private struct Stillness: Sendable, Equatable {
    var modified: Int64
    var since: MonotonicSeconds
  }

  private let inbox: String
  /// Folders to look at, below the inbox; `nil` while something may still be in them.
  private var folders: [String: Stillness?] = [:]

  init(inbox: String) { self.inbox = inbox }

  var isIdle: Bool { folders.isEmpty }

  /// Files of the inbox, by their paths below it, were taken.
  mutating func add(_ sources: some Sequence<String>) {
    for source in sources {
      var folder = InboxName.folder(of: source)
      while !folder.isEmpty, folders[folder] == nil {
        folders[folder] = .some(nil)
        folder = InboxName.folder(of: folder)
      }
    }
  }

  /// Looks at the folders, those below before those above.
  mutating func sweep(quietSeconds: MonotonicSeconds, now: MonotonicSeconds) {
    var bare: Set<String> = []
    for folder in folders.keys.sorted(by: { $0.utf8.count > $1.utf8.count }) {
      look(at: folder, quietSeconds, now, &bare)
    }
  }

  private mutating func look(
    at folder: String, _ quietSeconds: MonotonicSeconds, _ now: MonotonicSeconds, _ bare: inout Set<String>
  ) {
    let path = inbox + "/" + folder
    guard let status = try? Files.examine(path, .inbox), status.isFolder,
      let names = try? Files.names(in: path, .inbox)
    else {
      folders[folder] = nil
      return
    }
    let others = names.filter { $0 != InboxName.marker }
    // What else lies there keeps the folder; the next claim from it brings it back here.
    guard others.allSatisfy({ bare.contains(folder + "/" + $0) }) else {
      folders[folder] = nil
      return
    }
    bare.insert(folder)
    if others.count < names.count {
      try? DurableNames.change { changes throws(FileError) in
        try changes.remove(path + "/" + InboxName.marker, .inbox)
      }
    }
    guard others.isEmpty else {
      folders[folder] = .some(nil)
      return
    }
    let modified = (try? Files.examine(path, .inbox))?.modifiedNanoseconds ?? 0
    guard let still = folders[folder] ?? nil, still.modified == modified else {
      folders[folder] = Stillness(modified: modified, since: now)
      return
    }
    guard now - still.since >= quietSeconds else { return }
    // What has come meanwhile keeps it: only an empty folder can be removed so.
    try? DurableNames.change { changes throws(FileError) in try changes.removeIfEmpty(path, .inbox) }
    folders[folder] = nil
  }
}
