import Glibc
import Platform

/// Whether the places that a configuration names can be used by this process. Makes nothing and changes nothing.
package enum ConfigurationCheck {
  /// Reads, parses and checks a configuration file, and reports all faults at once.
  package static func load(_ file: String) throws(ConfigurationError) -> Configuration {
    let content = ConfigurationFile(try text(of: file))
    let faults = content.faults + placeFaults(of: content.draft, lines: content.lines)
    guard faults.isEmpty else {
      throw ConfigurationError(file: file, faults: faults.sorted { ($0.line ?? .max) < ($1.line ?? .max) })
    }
    return content.draft
  }

  /// What is legal and yet worth knowing.
  package static func warnings(_ configuration: Configuration) -> [String] {
    var warnings: [String] = []
    if !onOneFileSystem(configuration.spool, configuration.outbox) {
      warnings.append(
        "spool and outbox are on different file systems: the free space of both is watched, and a study that is "
          + "published is not in one place with its inputs")
    }
    var status = stat()
    if stat(configuration.spool, &status) == 0, status.st_uid != geteuid(), status.st_mode & 0o077 != 0 {
      warnings.append(
        "the spool holds patients' data, belongs to another user and is open to others than its user: make it the "
          + "daemon's own, with mode 0700")
    }
    if configuration.intake == .move, !onOneMount(configuration.inbox, configuration.spool) {
      warnings.append(
        "inbox and spool are on different file systems, or on different mounts of one (a service has a mount for each "
          + "folder that it may write to): each claimed file is copied and synced before it is removed from the inbox, "
          + "which costs its size in reading and writing")
    }
    return warnings
  }

  /// The content of a configuration file.
  package static func text(of file: String) throws(ConfigurationError) -> String {
    do throws(FileError) {
      return String(decoding: try Files.read(file, limit: 1 << 20, .configuration), as: UTF8.self)
    } catch {
      let remedy = "name a readable configuration file with --config"
      throw ConfigurationError(file: file, faults: [.init(problem: error.description, remedy: remedy)])
    }
  }

  private static func placeFaults(
    of configuration: Configuration, lines: [String: Int]
  ) -> [ConfigurationError.Fault] {
    let inboxRights = configuration.intake == .move ? R_OK | W_OK | X_OK : R_OK | X_OK
    var faults = [
      folderFault("inbox", configuration.inbox, rights: inboxRights, mayBeMade: false),
      folderFault("outbox", configuration.outbox, rights: R_OK | W_OK | X_OK, mayBeMade: true),
      folderFault("spool", configuration.spool, rights: R_OK | W_OK | X_OK, mayBeMade: true),
    ]
    let models = configuration.viewModels.map { ("model.\($0.rawValue)", $1) }.sorted { $0.0 < $1.0 }
    for (key, model) in [("model", configuration.model)] + models {
      guard let model, access(model, R_OK) != 0 else { continue }
      faults.append(
        .init(key: key, problem: "'\(model)' cannot be read: \(text(errno))", remedy: "name a file"))
    }
    let commands = [("on_published", configuration.onPublished), ("on_trouble", configuration.onTrouble)]
    for (key, command) in commands {
      guard let command, access(command, X_OK) != 0 else { continue }
      faults.append(
        .init(key: key, problem: "'\(command)' cannot be run: \(text(errno))", remedy: "chmod +x it"))
    }
    if let metrics = configuration.metrics {
      faults.append(
        folderFault("metrics", Files.parent(of: metrics) ?? "/", rights: W_OK | X_OK, mayBeMade: false))
    }
    return faults.compactMap { $0 }
      .map { fault in
        var fault = fault
        fault.line = lines[fault.key ?? ""]
        return fault
      }
  }

  /// - Parameter mayBeMade: The daemon makes the folder when it is missing, if it may write to the one above.
  private static func folderFault(
    _ key: String, _ path: String, rights: Int32, mayBeMade: Bool
  ) -> ConfigurationError.Fault? {
    if path.isEmpty { return nil }
    var status = stat()
    if stat(path, &status) != 0 {
      let code = errno
      if code == ENOENT, mayBeMade, let parent = Files.parent(of: path), access(parent, W_OK | X_OK) == 0 {
        return nil
      }
      return .init(
        key: key, problem: "'\(path)' cannot be used: \(text(code))", remedy: "make the folder or mount it")
    }
    guard status.isFolder else {
      return .init(key: key, problem: "'\(path)' is no folder", remedy: "name a folder")
    }
    guard access(path, rights) == 0 else {
      let rightsText = rights & W_OK != 0 ? "read and write" : "read"
      return .init(
        key: key, problem: "'\(path)' cannot be used: \(text(errno))",
        remedy: "let the daemon's user \(rightsText) it")
    }
    return nil
  }

  /// Whether two folders, or the nearest that exist above them, are on one file system.
  private static func onOneFileSystem(_ a: String, _ b: String) -> Bool { device(of: a) == device(of: b) }

  /// Whether a file can be renamed from one folder to the other: the kernel looks at mounts, and two of them may show
  /// one file system.
  private static func onOneMount(_ a: String, _ b: String) -> Bool {
    onOneFileSystem(a, b) && mount(of: a) == mount(of: b)
  }

  private static func mount(of path: String) -> Mount? {
    guard let real = realpath(path, nil) else { return Files.parent(of: path).flatMap(mount(of:)) }
    defer { free(real) }
    return Mount.now(of: String(cString: real))
  }

  private static func device(of path: String) -> dev_t? {
    var status = stat()
    if stat(path, &status) == 0 { return status.st_dev }
    return Files.parent(of: path).flatMap(device(of:))
  }

  private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
