import Dispatch
import Glibc
import Platform

/// Notifications of the inbox's folders: a hint that a scan is worth its while, and no more. Files that another
/// host writes raise none, and the queue of them can overflow; who relies on them loses studies.
///
/// `@unchecked Sendable`: all that changes is used on `queue` only.
final class InboxWatcher: @unchecked Sendable {
  private let inbox: String
  private let queue: DispatchQueue
  private let descriptor: Int32
  private let source: any DispatchSourceRead
  /// Folders below the inbox by watch.
  private var folders: [Int32: String] = [:]
  private var watches: [String: Int32] = [:]
  private let onChange: @Sendable (_ folder: String?) -> Void

  private static let events =
    UInt32(
      IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)
    | UInt32(IN_ONLYDIR) | UInt32(IN_DONT_FOLLOW)

  /// - Parameter onChange: Called on the watcher's queue with the folder in which something happened, or with
  ///   `nil` where that is not known.
  /// - Returns: `nil` where the system gives no notifications; the scan alone then does.
  init?(inbox: String, onChange: @escaping @Sendable (_ folder: String?) -> Void) {
    descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    guard descriptor >= 0 else { return nil }
    self.inbox = inbox
    self.onChange = onChange
    queue = DispatchQueue(label: "hinged.inbox.watcher")
    source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    source.setEventHandler { [weak self] in self?.read() }
    source.setCancelHandler { [descriptor] in close(descriptor) }
    source.activate()
  }

  deinit { source.cancel() }

  /// Watches a folder below the inbox. That the system has no more watches to give is no failure.
  func watch(_ folder: String) {
    queue.async { [self] in
      guard watches[folder] == nil else { return }
      let path = folder.isEmpty ? inbox : inbox + "/" + folder
      let watch = FileName.withPath(path) { inotify_add_watch(descriptor, $0, Self.events) }
      guard watch >= 0 else { return }
      folders[watch] = folder
      watches[folder] = watch
    }
  }

  private func read() {
    dispatchPrecondition(condition: .onQueue(queue))
    var changed: Set<String> = []
    var isUnknown = false
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 8)
    defer { buffer.deallocate() }
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      guard count > 0 else { break }
      note(UnsafeRawBufferPointer(rebasing: buffer[..<count]), &changed, &isUnknown)
    }
    if isUnknown { return onChange(nil) }
    for folder in changed { onChange(folder) }
  }

  private func note(_ bytes: UnsafeRawBufferPointer, _ changed: inout Set<String>, _ isUnknown: inout Bool) {
    let header = MemoryLayout<inotify_event>.size
    var offset = 0
    while offset + header <= bytes.count {
      let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
      offset += header + Int(event.len)
      if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { isUnknown = true }
      guard let folder = folders[event.wd] else { continue }
      if event.mask & UInt32(IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT) != 0 {
        forget(event.wd, folder, isGone: event.mask & UInt32(IN_MOVE_SELF) == 0)
      }
      changed.insert(folder)
    }
  }

  /// A folder that was moved away would go on reporting under its old name.
  private func forget(_ watch: Int32, _ folder: String, isGone: Bool) {
    folders[watch] = nil
    if watches[folder] == watch { watches[folder] = nil }
    if !isGone { inotify_rm_watch(descriptor, watch) }
  }
}
