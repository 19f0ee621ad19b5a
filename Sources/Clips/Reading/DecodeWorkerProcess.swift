import CDCMTK
import Glibc
import Platform

/// A running decode worker: the same executable, in a process of its own, that has one file open and a pipe to
/// here. It comes out of the nursery where there is one, else it is started. It is used by one thread at a time.
/// Ending it kills and reaps it.
///
/// The worker dies with its reader by the pipe. PR_SET_PDEATHSIG would not do: it fires when the *thread* that
/// made the child ends, and Dispatch ends threads whenever it likes.
final class DecodeWorkerProcess {
  private let program: ChildProgram
  /// The reading end of the worker's standard output.
  private let output: Descriptor
  /// What is left of the time that may be spent waiting for answers.
  private var patience: Duration
  /// Its end came from here.
  private var isEnded = false

  var pid: pid_t { program.pid }

  /// Reads the headers of many files. `executable` is the program that has the command `decode-worker`.
  convenience init(
    headersOf paths: [String], limits: DecodeLimits, executable: String
  ) throws(ClipReadError) {
    let list = try Self.makeList(paths)
    let request = DecodeRequest(frames: .headersOfList, limits: limits)
    try self.init(executable, request, file: list.raw)
  }

  /// `executable` is the program that has the command `decode-worker`.
  convenience init(path: String, request: DecodeRequest, executable: String) throws(ClipReadError) {
    let file = Descriptor(owning: try Self.openRegularFile(path))
    try self.init(executable, request, file: file.raw)
  }

  /// - Parameter file: What the worker reads; stays the caller's.
  private init(_ executable: String, _ request: DecodeRequest, file: Int32) throws(ClipReadError) {
    do throws(FileError) {
      let pipe = try Descriptor.pipe(bytes: Self.pipeBytes, .program)
      output = Descriptor(owning: pipe.reading)
      let writing = Descriptor(owning: pipe.writing)
      if let born = DecodeNursery.of(executable)?.worker(request, file: file, output: writing.raw) {
        program = born
      } else {
        program = try ChildProgram(
          executable, ["hinged"] + request.arguments, environment: Self.environment(),
          output: .descriptor(writing.raw), passing: [file])
      }
    } catch { throw ClipReadError(error) }
    patience = .seconds(request.limits.deadlineSeconds)
  }

  /// How far the worker may run ahead: the most that an unprivileged process gets.
  private static let pipeBytes: Int32 = 1 << 20

  /// Reads exactly `count` bytes. Throws `decoder-timeout`, or whatever the worker's sudden end means.
  func read(_ count: Int) throws(ClipReadError) -> [UInt8] {
    var failure: ClipReadError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(ClipReadError) {
        while filled < count { filled += try readSome(UnsafeMutableRawBufferPointer(buffer), from: filled) }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Kills and reaps the worker, if it still is there.
  func end() {
    isEnded = true
    program.end()
  }

  private func readSome(_ buffer: UnsafeMutableRawBufferPointer, from offset: Int) throws(ClipReadError)
    -> Int
  {
    try waitForOutput()
    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[offset...])
    let count: Int
    do throws(FileError) { count = try output.readSome(rest, .program) } catch { throw ClipReadError(error) }
    if count > 0 { return count }
    // A worker that has closed its pipe, or was killed, takes no time worth naming to end.
    throw isEnded ? Self.meaning(of: .exited(0)) : Self.meaning(of: program.wait())
  }

  private func waitForOutput() throws(ClipReadError) {
    let start = ContinuousClock.now
    var descriptor = pollfd(fd: output.raw, events: Int16(POLLIN), revents: 0)
    let milliseconds = max(0, patience / .milliseconds(1))
    let ready = poll(&descriptor, 1, Int32(min(milliseconds.rounded(.up), 1e9)))
    patience -= ContinuousClock.now - start
    if ready == 0 {
      end()
      throw ClipReadError(reason: .decoderTimeout, detail: "Decoding took longer than it may.")
    }
  }

  /// What an end without an answer means. SIGKILL that did not come from here is the kernel's, out of memory.
  private static func meaning(of end: ChildProgram.End) -> ClipReadError {
    switch end {
    case .killed(SIGXCPU):
      ClipReadError(reason: .decoderTimeout, detail: "Decoding took more computing time than it may.")
    case .killed(SIGKILL):
      ClipReadError(reason: .tooLarge, detail: "The decoder was killed, most likely for want of memory.")
    case .exited:
      ClipReadError(reason: .decoderCrashed, detail: "The decoder ended without an answer.")
    case .killed(let signal):
      ClipReadError(reason: .decoderCrashed, detail: "The decoder crashed with signal \(signal).")
    }
  }
}

extension DecodeWorkerProcess {
  /// Neither a link nor a pipe nor a device is opened, whatever has become of the path meanwhile.
  static func openRegularFile(_ path: String) throws(ClipReadError) -> Int32 {
    let file = FileName.withPath(path) { open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
    guard file >= 0 else {
      let failure = FileError(.open, .inbox)
      let why = failure.code == ELOOP ? "it is a symbolic link" : failure.reason
      throw ClipReadError(
        reason: .unreadable, detail: "The file cannot be opened: \(why).", failure: failure)
    }
    var status = stat()
    let failure = fstat(file, &status) == 0 ? nil : FileError(.examine, .inbox)
    if failure == nil, status.isRegular { return file }
    close(file)
    throw ClipReadError(reason: .unreadable, detail: "It is not a regular file.", failure: failure)
  }

  /// A file without a name that holds the paths.
  private static func makeList(_ paths: [String]) throws(ClipReadError) -> Descriptor {
    let raw = hd_memory_file()
    guard raw >= 0 else { throw ClipReadError(FileError(.open, .program)) }
    let list = Descriptor(owning: raw)
    do throws(FileError) {
      try list.write(paths.flatMap { FileName.bytes(of: $0) + [0] }, .program)
    } catch { throw ClipReadError(error) }
    return list
  }

  /// Nothing but where libraries are: DCMDICTPATH would change how files are read. Swift's own crash reporter
  /// would keep a crashed worker alive.
  static func environment() -> [String] {
    let libraries = getenv("LD_LIBRARY_PATH").map { ["LD_LIBRARY_PATH=" + String(cString: $0)] } ?? []
    return libraries + ["SWIFT_BACKTRACE=enable=no"]
  }
}
