import CPlatform
import Glibc

/// An open file, closed when it goes out of scope.
package struct Descriptor: ~Copyable {
  package let raw: Int32

  package init(owning raw: Int32) { self.raw = raw }

  deinit { close(raw) }

  /// Opens a path; the path's escapes (`FileName`) are undone.
  package static func open(
    _ path: String, _ flags: Int32, mode: mode_t = 0o640, _ place: FileError.Place
  ) throws(FileError) -> Descriptor {
    while true {
      let raw = FileName.withPath(path) { Glibc.open($0, flags | O_CLOEXEC, mode) }
      if raw >= 0 { return Descriptor(owning: raw) }
      guard errno == EINTR else { throw FileError(.open, place) }
    }
  }

  /// Both ends of a pipe, closed on exec; whoever takes them owns them.
  /// - Parameter bytes: How much the pipe is to hold; where that is refused, it holds what is usual.
  package static func pipe(
    bytes: Int32, _ place: FileError.Place
  ) throws(FileError) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    guard hd_pipe(&ends, bytes) == 0 else { throw FileError(.open, place) }
    return (ends[0], ends[1])
  }

  package func status(_ place: FileError.Place) throws(FileError) -> stat {
    var status = stat()
    guard fstat(raw, &status) == 0 else { throw FileError(.examine, place) }
    return status
  }

  package func sync(_ place: FileError.Place) throws(FileError) {
    while fsync(raw) != 0 {
      if errno == EINTR { continue }
      // Some network file systems and pseudo files have nothing to sync and say so.
      guard errno == EINVAL || errno == EROFS else { throw FileError(.sync, place) }
      return
    }
  }

  package func write(_ bytes: UnsafeRawBufferPointer, _ place: FileError.Place) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(raw, bytes.baseAddress! + done, bytes.count - done)
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw FileError(.write, place)
      }
    }
  }

  package func write(_ bytes: [UInt8], _ place: FileError.Place) throws(FileError) {
    let failure: FileError? = bytes.withUnsafeBytes { buffer in
      do throws(FileError) {
        try write(buffer, place)
        return nil
      } catch { return error }
    }
    if let failure { throw failure }
  }

  /// Reads what there is, up to the buffer's length.
  /// - Returns: How many bytes; 0 at the end.
  package func readSome(_ buffer: UnsafeMutableRawBufferPointer, _ place: FileError.Place) throws(FileError)
    -> Int
  {
    while true {
      let count = Glibc.read(raw, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      guard errno == EINTR else { throw FileError(.read, place) }
    }
  }

  /// Fills a buffer from a byte of the file on; that the file ends before is an EIO.
  package func read(
    at offset: Int, _ buffer: UnsafeMutableRawBufferPointer, _ place: FileError.Place
  ) throws(FileError) {
    var done = 0
    while done < buffer.count {
      let count = pread(raw, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
      if count > 0 {
        done += count
      } else if count == 0 {
        throw FileError(.read, place, code: EIO)
      } else if errno != EINTR {
        throw FileError(.read, place)
      }
    }
  }

  package func readToEnd(limit: Int, _ place: FileError.Place) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try readSome(buffer, place)
      if count == 0 { return bytes }
      guard bytes.count + count <= limit else { throw FileError(.read, place, code: EFBIG) }
      bytes.append(contentsOf: buffer[..<count])
    }
  }

  /// Appends all of this file from its current position to another one.
  package func copy(to target: borrowing Descriptor, _ place: FileError.Place) throws(FileError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    defer { buffer.deallocate() }
    while true {
      let count = try readSome(buffer, place)
      if count == 0 { return }
      try target.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), place)
    }
  }
}

extension Descriptor {
  /// The lower-case SHA-256 of what follows the current position.
  package func sha256(_ place: FileError.Place) throws(FileError) -> String {
    do { return try SHA256.hexDigest(ofDescriptor: raw) } catch {
      throw FileError(.read, place, code: error.errno)
    }
  }
}
