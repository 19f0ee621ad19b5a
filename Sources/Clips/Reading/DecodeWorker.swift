import CDCMTK
import FoundationEssentials
import Glibc
import Platform

/// The hidden command `decode-worker`: reads the file on descriptor 3 and answers on standard output, in the
/// messages of `DecodeMessage`. It gives up what it does not need before it looks at the file, and it ends with
/// its reader, whose closed pipe kills it. As a nursery it makes such workers on request.
package func decodeWorkerMain() -> Int32 {
  var words = Array(CommandLine.arguments.dropFirst())
  if words == DecodeNursery.arguments {
    guard let asked = DecodeNursery.serve(Int32(HD_WORKER_FILE)) else { return 0 }
    words = asked
  }
  guard let request = DecodeRequest(arguments: words) else { return 64 }
  DecodeWorker(request: request).run()
  return 0
}

/// One run of the child process: confines it, reads the file and writes the messages. On the main thread.
private struct DecodeWorker {
  static let path = "/proc/self/fd/\(HD_WORKER_FILE)"

  let request: DecodeRequest

  func run() {
    do throws(ClipReadError) {
      try confine()
      if request.frames == .confinement { return tryOut() }
      if request.frames == .headersOfList {
        try sendHeaders()
        return write(DecodeMessage.prefix(.end, length: 0))
      }
      if case .archive(let unpacks) = request.frames {
        try sendArchive(unpacks: unpacks)
        return write(DecodeMessage.prefix(.end, length: 0))
      }
      errno = 0
      let file = try DICOMFile(path: Self.path)
      let header = ClipHeader(file)
      if request.frames != .none { try prepareFrames(of: file, header) }
      try send(header)
      try sendFrames(of: file, header)
      write(DecodeMessage.prefix(.end, length: 0))
    } catch {
      send(ReadFailure.cause(of: error, errno, file: Int32(HD_WORKER_FILE)))
    }
  }

  private func prepareFrames(of file: DICOMFile, _ header: ClipHeader) throws(ClipReadError) {
    guard header.frames > 0 else {
      throw ClipReadError(reason: .corrupt, detail: "NumberOfFrames is not a positive number.")
    }
    try file.prepareFrames(request.limits)
  }

  /// So that the confinement can be seen from outside, on any machine.
  private func tryOut() {
    var name: UnsafePointer<CChar>?
    var succeeded = false
    for index in 0..<hd_worker_attempt(.max, &name, &succeeded) {
      _ = hd_worker_attempt(index, &name, &succeeded)
      guard let name else { continue }
      write(Array("\(String(cString: name)): \(succeeded ? "ALLOWED" : "refused")\n".utf8))
    }
  }

  private func send(_ error: ClipReadError) {
    let payload = DecodeMessage.failurePayload(error)
    write(DecodeMessage.prefix(.failure, length: payload.count) + payload)
  }

  /// One answer a path, in their order: a header, or why there is none.
  private func sendHeaders() throws(ClipReadError) {
    for path in try listedPaths() {
      do throws(ClipReadError) {
        let file = try DecodeWorkerProcess.openRegularFile(path)
        defer { close(file) }
        errno = 0
        do throws(ClipReadError) { try send(ClipHeader(DICOMFile(path: "/proc/self/fd/\(file)"))) } catch {
          throw ReadFailure.cause(of: error, errno, file: file)
        }
      } catch {
        send(error)
      }
    }
  }

  private func sendArchive(unpacks: Bool) throws(ClipReadError) {
    do throws(ArchiveFailure) {
      let input = try ArchiveInput(descriptor: Int32(HD_WORKER_FILE))
      try Archive.read(input, into: ArchiveMessages(sendsContent: unpacks) { write($0) })
    } catch {
      throw ClipReadError(error)
    }
  }

  private func listedPaths() throws(ClipReadError) -> [String] {
    do throws(FileError) {
      let bytes = try Files.read(Self.path, .claimed)
      return bytes.split(separator: 0).map { FileName.text(of: $0) }
    } catch {
      throw ClipReadError(reason: .unreadable, detail: "The list cannot be read: \(error.reason).")
    }
  }

  private func confine() throws(ClipReadError) {
    var error = hd_error()
    let memory = UInt64(request.limits.memoryMegabytes) << 20
    guard hd_worker_confine(memory, UInt64(request.limits.cpuSeconds), &error) else {
      throw ClipReadError(error)
    }
  }

  private func send(_ header: ClipHeader) throws(ClipReadError) {
    guard let json = try? JSONEncoder().encode(header), json.count <= DecodeMessage.maxTextBytes else {
      throw ClipReadError(reason: .corrupt, detail: "The header's values are too many or no numbers.")
    }
    write(DecodeMessage.prefix(.header, length: json.count) + json)
  }

  private func sendFrames(of file: DICOMFile, _ header: ClipHeader) throws(ClipReadError) {
    let length = DecodeMessage.frameBytes(
      columns: header.columns, rows: header.rows, withChroma: request.withChroma)
    let message = try Self.allocate(DecodeMessage.prefixBytes + length)
    defer { free(message.baseAddress) }
    let start = DecodeMessage.prefixBytes + DecodeMessage.framePrefixBytes
    let end = start + header.rows * header.columns
    let gray = UnsafeMutableBufferPointer(rebasing: message[start..<end])
    let chroma = request.withChroma ? UnsafeMutableBufferPointer(rebasing: message[end...]) : nil
    for index in indices(header) {
      errno = 0
      do throws(ClipReadError) {
        try file.readFrame(index, into: gray, chroma: chroma)
        let prefix =
          DecodeMessage.prefix(.frame, length: length) + DecodeMessage.framePrefix(index: index)
        _ = message.update(fromContentsOf: prefix)
        write(UnsafeRawBufferPointer(message))
      } catch {
        let cause = ReadFailure.cause(of: error, errno, file: Int32(HD_WORKER_FILE))
        let payload = DecodeMessage.framePrefix(index: index) + DecodeMessage.failurePayload(cause)
        write(DecodeMessage.prefix(.missing, length: payload.count) + payload)
      }
    }
  }

  /// An array would trap where memory is at its limit.
  private static func allocate(_ count: Int) throws(ClipReadError) -> UnsafeMutableBufferPointer<UInt8> {
    guard let memory = calloc(count, 1) else {
      throw ClipReadError(reason: .tooLarge, detail: "A frame needs more memory than it may have.")
    }
    return UnsafeMutableBufferPointer(start: memory.assumingMemoryBound(to: UInt8.self), count: count)
  }

  private func indices(_ header: ClipHeader) -> [Int] {
    switch request.frames {
    case .none, .headersOfList, .archive, .confinement: []
    case .all: Array(0..<header.frames)
    case .some(let indices): indices
    }
  }

  /// A reader that is gone raises SIGPIPE, which ends the worker.
  private func write(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(STDOUT_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0 && errno != EINTR { exit(74) }
      rest = rest.dropFirst(max(count, 0))
    }
  }

  private func write(_ bytes: [UInt8]) { bytes.withUnsafeBytes { write($0) } }
}
