import Glibc

/// Whether a folder can be written, found out by writing: rights alone do not tell of a share that is only read, of a
/// full disk or of a quota.
package enum WriteProbe {
  /// Makes the folder where it is missing, and a file in it that it removes again.
  package static func check(_ folder: String, _ place: FileError.Place) throws(FileError) {
    try Files.makeFolder(folder, place)
    let path = "\(folder)/.hinged-\(getpid()).probe"
    defer { _ = FileName.withPath(path) { unlink($0) } }
    let descriptor = try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o600, place)
    try descriptor.write([0], place)
  }
}
