import Glibc

/// An ONNX file on disk.
enum ModelFile {
  /// The whole file, if it is a regular one of a reasonable size.
  static func read(_ path: String) throws(ModelError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw ModelError(.unreadable, "it is not a file") }
    guard status.st_size <= ModelLimits.fileBytes else {
      throw ModelError(.tooLarge, "the file has \(status.st_size) bytes")
    }
    var failure: Int32 = 0
    let size = Int(status.st_size)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let received = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
        if received < 0, errno == EINTR { continue }
        if received < 0 { failure = errno }
        guard received > 0 else { return }
        count += received
      }
    }
    guard failure == 0 else { throw unreadable(failure) }
    return bytes
  }

  private static func unreadable(_ code: Int32) -> ModelError {
    ModelError(.unreadable, String(cString: strerror(code)))
  }
}
