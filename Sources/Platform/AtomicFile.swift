import Glibc

/// Replaces a file as a whole: whoever opens the path finds the old content or the new one, never a part, also
/// after a loss of power.
///
/// Wrong is to write to the path itself. Right is a temporary name in the same folder, sync, one rename, and a
/// sync of the folder. What is staged is synced as a whole before it is published, and not here.
package enum AtomicFile {
  package static func write(
    _ bytes: [UInt8], to path: String, mode: mode_t = 0o640, durable: Bool = true, _ place: FileError.Place
  ) throws(FileError) {
    let temporary = temporaryName(for: path)
    let durable = durable && place != .staging
    do {
      let descriptor = try Descriptor.open(
        temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: mode, place)
      try descriptor.write(bytes, place)
      if durable { try descriptor.sync(place) }
      try Files.rename(temporary, to: path, place)
    } catch {
      _ = FileName.withPath(temporary) { unlink($0) }
      throw error
    }
    if durable { try Files.sync(Files.parent(of: path) ?? ".", place) }
    if place == .staging { FaultPoint.fileStaged.reach() }
  }

  /// As `write`, for what is too long to be in memory as a whole: `body` writes it piece by piece.
  /// - Parameters:
  ///   - replaces: Whether what is at the path may go; if not, that is an EEXIST.
  ///   - mayAppear: Asked when all is written and on the disk. Where it throws, nothing appears.
  package static func stream(
    to path: String, mode: mode_t = 0o640, replaces: Bool = true, _ place: FileError.Place,
    mayAppear: () throws -> Void = {}, _ body: (borrowing Descriptor) throws -> Void
  ) throws {
    let temporary = temporaryName(for: path)
    let durable = place != .staging
    do {
      let descriptor = try Descriptor.open(
        temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: mode, place)
      try body(descriptor)
      if durable { try descriptor.sync(place) }
      try mayAppear()
      if replaces {
        try Files.rename(temporary, to: path, place)
      } else {
        try Files.renameNew(temporary, to: path, place)
      }
    } catch {
      _ = FileName.withPath(temporary) { unlink($0) }
      throw error
    }
    if durable { try Files.sync(Files.parent(of: path) ?? ".", place) }
  }

  /// Removes what processes that were killed while they wrote a file left of it. A process of another host may have
  /// any number, so the file's age decides: nobody writes for a day.
  package static func removeLeftovers(of path: String, _ place: FileError.Place) throws(FileError) {
    let folder = Files.parent(of: path) ?? "."
    let oldest = time(nil) - secondsUntilOld
    for name in try Files.names(in: folder, place) where isTemporary(name, of: Files.lastComponent(of: path))
    {
      guard let status = try Files.examine(folder + "/" + name, place), status.isRegular,
        status.st_mtim.tv_sec < oldest
      else { continue }
      try Files.remove(folder + "/" + name, place)
    }
  }

  private static let secondsUntilOld = 86_400

  /// Hidden, so that nothing that lists the folder takes it for a result; another one each time: two processes on one
  /// share may have one number, as each container's first has.
  private static func temporaryName(for path: String) -> String {
    let token = String(UInt64.random(in: .min ... .max), radix: 16)
    let name = ".\(Files.lastComponent(of: path)).\(getpid())-\(token)\(suffix)"
    return Files.parent(of: path).map { $0 + "/" + name } ?? (path.hasPrefix("/") ? "/" + name : name)
  }

  private static func isTemporary(_ name: String, of target: String) -> Bool {
    let start = ".\(target)."
    guard name.hasPrefix(start), name.hasSuffix(suffix), name.count > start.count + suffix.count else {
      return false
    }
    return name.dropFirst(start.count).dropLast(suffix.count).allSatisfy {
      $0.isASCII && ($0.isHexDigit || $0 == "-")
    }
  }

  private static let suffix = ".tmp"
}
