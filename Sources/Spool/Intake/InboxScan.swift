import Glibc
import Platform

/// Looks through the inbox: the truth that notifications only hint at. Used on one queue.
///
/// Links are not followed and nothing is opened but folders, so that neither a pipe nor a device can block it.
/// What is known to be done with (in `leave` mode) is passed over: a folder whose every file is known, and whose
/// own time of change has not changed, is not listed again before its next full check. A file that is changed
/// where it lies does not touch its folder's time; the full check, or a notification before it, finds that.
final class InboxScan {
  private struct Folder {
    var known: [String: FileStamp] = [:]
    var modified: Int64 = -1
    /// When a listing first saw this time of change.
    var firstListed: MonotonicSeconds = 0
    var nextFullCheck: MonotonicSeconds = 0
    var isQuiet = false
    var subfolders: [String] = []
    var knownCount = 0
    var temporaryCount = 0
    var hasMarker = false
    var refused: [String: ScanReport.Refusal] = [:]
  }

  /// `fstatat` without following links: what an entry of an open folder is. A test lets it fail.
  typealias Look = (Int32, UnsafePointer<CChar>, inout stat) -> Int32

  private let inbox: String
  private let look: Look
  /// Called with each folder when it is listed.
  private let onFolder: (String) -> Void
  private var folders: [String: Folder] = [:]
  private var visited: Set<String> = []
  private var device: dev_t = 0
  /// Whether a folder's time changes with its entries on the inbox's file system.
  var trustsFolderTimes = false

  private static let fullCheckSeconds = 600.0
  /// The coarsest time of change that a file system is known to keep (FAT).
  private static let granularitySeconds = 2.0
  /// Folders that lie between the inbox and a file, at most.
  static let maximumDepth = 64

  init(
    inbox: String, onFolder: @escaping (String) -> Void = { _ in },
    look: @escaping Look = { fstatat($0, $1, &$2, AT_SYMLINK_NOFOLLOW) }
  ) {
    self.inbox = inbox
    self.look = look
    self.onFolder = onFolder
  }

  /// A file that need not be looked at again as long as it does not change.
  func setKnown(_ path: String, _ stamp: FileStamp) {
    let folder = InboxName.folder(of: path)
    folders[folder, default: Folder()].known[Files.lastComponent(of: path)] = stamp
  }

  func setUnknown(_ path: String) {
    let folder = InboxName.folder(of: path)
    folders[folder]?.known[Files.lastComponent(of: path)] = nil
    folders[folder]?.isQuiet = false
  }

  /// Something happened in a folder: it is listed at the next scan.
  func setRestless(_ folder: String) { folders[folder]?.isQuiet = false }

  func setAllRestless() { for folder in folders.keys { folders[folder]?.isQuiet = false } }

  func scan(now: () -> MonotonicSeconds = SystemClock.monotonic) -> ScanReport {
    var report = ScanReport(began: now())
    visited = []
    let root = FileName.withPath(inbox) { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    if root >= 0 {
      visit("", Descriptor(owning: root), depth: 0, &report)
    } else {
      report.failure = FileError(.list, .inbox)
    }
    if report.isComplete { folders = folders.filter { visited.contains($0.key) || !$0.value.known.isEmpty } }
    report.ended = now()
    return report
  }

  private func visit(
    _ path: String, _ descriptor: consuming Descriptor, depth: Int, _ report: inout ScanReport
  ) {
    guard let status = try? descriptor.status(.inbox) else {
      return fail(path, FileError(.examine, .inbox), &report)
    }
    visited.insert(path)
    if path.isEmpty { device = status.st_dev }
    var folder = folders[path] ?? Folder()
    let raw = descriptor.raw
    if mayPassOver(folder, status, report.began) {
      takeOver(folder, path, &report)
    } else {
      onFolder(path)
      guard list(path, descriptor, &folder, &report) else {
        return fail(path, FileError(.list, .inbox), &report)
      }
      note(&folder, status, report.began)
      folders[path] = folder
    }
    for name in folder.subfolders {
      let below = path.isEmpty ? name : path + "/" + name
      guard depth < Self.maximumDepth else {
        report.refused[below] = .depth
        continue
      }
      let next = FileName.withPath(name) { openat(raw, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
      if next >= 0 {
        visit(below, Descriptor(owning: next), depth: depth + 1, &report)
      } else if errno != ENOENT, errno != ENOTDIR {
        fail(below, FileError(.list, .inbox), &report)
      }
    }
    withExtendedLifetime(raw) {}
  }

  private func fail(_ path: String, _ error: FileError, _ report: inout ScanReport) {
    if path.isEmpty || error.isShareGone { report.failure = report.failure ?? error }
    report.unreadableFolders.append(path)
  }

  /// Another file system may be mounted below the inbox; its folders are always listed.
  private func mayPassOver(_ folder: Folder, _ status: stat, _ now: MonotonicSeconds) -> Bool {
    trustsFolderTimes && status.st_dev == device && folder.isQuiet
      && folder.modified == status.modifiedNanoseconds
      && now < folder.nextFullCheck
  }

  private func takeOver(_ folder: Folder, _ path: String, _ report: inout ScanReport) {
    report.knownCount += folder.knownCount
    report.temporaryCount += folder.temporaryCount
    if folder.hasMarker { report.markers.insert(path) }
    for (name, refusal) in folder.refused {
      report.refused[path.isEmpty ? name : path + "/" + name] = refusal
    }
  }

  /// A listing is to be trusted later only if its folder's time was old when it was made: two listings that saw
  /// one time, further apart than the coarsest clock, prove that without trusting the other host's clock.
  private func note(_ folder: inout Folder, _ status: stat, _ now: MonotonicSeconds) {
    if folder.modified != status.modifiedNanoseconds {
      folder.modified = status.modifiedNanoseconds
      folder.firstListed = now
    }
    folder.nextFullCheck = now + Self.fullCheckSeconds * Double.random(in: 0.75...1.25)
    folder.isQuiet = folder.isQuiet && now - folder.firstListed >= Self.granularitySeconds
  }
}

extension InboxScan {
  /// Lists one folder. Sets `isQuiet` to whether nothing in it waits for a next look.
  private func list(
    _ path: String, _ descriptor: borrowing Descriptor, _ folder: inout Folder, _ report: inout ScanReport
  ) -> Bool {
    guard let stream = fdopendir(dup(descriptor.raw)) else { return false }
    defer { closedir(stream) }
    rewinddir(stream)
    var seen = Folder()
    seen.modified = folder.modified
    seen.firstListed = folder.firstListed
    seen.isQuiet = true
    let unexamined = report.unexamined.count
    errno = 0
    while let entry = readdir(stream) {
      let name = FileName.text(ofEntry: entry)
      if name != "." && name != ".." {
        examine(name, Int32(entry.pointee.d_type), in: path, descriptor.raw, folder.known, &seen, &report)
      }
      errno = 0
    }
    guard errno == 0 else { return false }
    takeOver(seen, path, &report)
    if report.unexamined.count > unexamined { report.unreadableFolders.append(path) }
    folder = seen
    return true
  }

  private func examine(
    _ name: String, _ type: Int32, in path: String, _ descriptor: Int32, _ known: [String: FileStamp],
    _ folder: inout Folder, _ report: inout ScanReport
  ) {
    if name == InboxName.marker { folder.hasMarker = true }
    if type == Int32(DT_DIR), !name.hasPrefix(".") { return folder.subfolders.append(name) }
    if type == Int32(DT_REG), InboxName.isTemporary(name) {
      if !name.hasPrefix(".") { folder.temporaryCount += 1 }
      return
    }
    var status = stat()
    guard FileName.withPath(name, { look(descriptor, $0, &status) }) == 0 else {
      // It went between the listing and the look at it.
      if errno == ENOENT || errno == ENOTDIR { return }
      // It may be anything, and is not gone: the folder was not wholly listed.
      folder.isQuiet = false
      folder.known[name] = known[name]
      report.unexamined.append(path.isEmpty ? name : path + "/" + name)
      return
    }
    if status.isFolder {
      if !name.hasPrefix(".") { folder.subfolders.append(name) }
    } else if let refusal = Self.refusal(of: status) {
      folder.refused[name] = refusal
      if refusal == .hardLink {
        folder.isQuiet = false
        report.links[path.isEmpty ? name : path + "/" + name] = Inode(status)
      }
    } else if InboxName.isTemporary(name) {
      folder.temporaryCount += 1
    } else {
      let stamp = FileStamp(status)
      if known[name] == stamp {
        folder.known[name] = stamp
        folder.knownCount += 1
      } else {
        folder.isQuiet = false
        report.files.append(.init(path: path.isEmpty ? name : path + "/" + name, stamp: stamp))
      }
    }
  }

  private static func refusal(of status: stat) -> ScanReport.Refusal? {
    switch status.st_mode & S_IFMT {
    case S_IFREG: status.st_nlink > 1 ? .hardLink : nil
    case S_IFLNK: .symbolicLink
    case S_IFIFO: .pipe
    case S_IFSOCK: .socket
    default: .device
    }
  }
}
