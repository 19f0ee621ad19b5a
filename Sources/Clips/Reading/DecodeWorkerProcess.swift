import CDCMTK
import Glibc
import Platform

/// A running decode worker: the same executable, in a process of its own, that has one file open and a pipe to
/// here. It is used by one thread at a time. Ending it kills and reaps it.
///
/// The worker dies with its reader by the pipe. PR_SET_PDEATHSIG would not do: it fires when the *thread* that
/// made the child ends, and Dispatch ends threads whenever it likes.
final class DecodeWorkerProcess {
  private let output: Int32
  /// `nil` once it was reaped.
  private(set) var pid: pid_t?
  /// What is left of the time that may be spent waiting for answers.
  private var patience: Duration

  /// Reads the headers of many files. `executable` is the program that has the command `decode-worker`.
  init(headersOf paths: [String], limits: DecodeLimits, executable: String) throws(ClipReadError) {
    let request = DecodeRequest(frames: .headersOfList, limits: limits)
    let list = try Self.makeList(paths)
    (pid, output) = try Self.spawn(executable, request.arguments, file: list.raw)
    patience = .seconds(limits.deadlineSeconds)
  }

  /// `executable` is the program that has the command `decode-worker`.
  init(path: String, request: DecodeRequest, executable: String) throws(ClipReadError) {
    let file = try Self.openRegularFile(path)
    defer { close(file) }
    (pid, output) = try Self.spawn(executable, request.arguments, file: file)
    patience = .seconds(request.limits.deadlineSeconds)
  }

  deinit {
    end()
    close(output)
  }

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

  /// Kills and reaps the worker, if it still is there; gives its wait status.
  @discardableResult
  func end() -> Int32? {
    guard let pid else { return nil }
    kill(pid, SIGKILL)
    return reap()
  }

  private func readSome(_ buffer: UnsafeMutableRawBufferPointer, from offset: Int) throws(ClipReadError)
    -> Int
  {
    while true {
      try waitForOutput()
      let count = Glibc.read(output, buffer.baseAddress! + offset, buffer.count - offset)
      if count > 0 { return count }
      if count == 0 { throw Self.meaning(of: reap()) }
      if errno != EINTR { throw ClipReadError(reason: .decoderCrashed, detail: "The decoder's pipe broke.") }
    }
  }

  private func waitForOutput() throws(ClipReadError) {
    let start = ContinuousClock.now
    var descriptor = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    let milliseconds = max(0, patience / .milliseconds(1))
    let ready = poll(&descriptor, 1, Int32(min(milliseconds.rounded(.up), 1e9)))
    patience -= ContinuousClock.now - start
    if ready == 0 {
      end()
      throw ClipReadError(reason: .decoderTimeout, detail: "Decoding took longer than it may.")
    }
  }

  /// Waits for a worker that has closed its pipe or was killed, which takes no time worth naming.
  private func reap() -> Int32? {
    guard let pid else { return nil }
    self.pid = nil
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
      if errno != EINTR { return nil }
    }
    return status
  }

  /// What an end without an answer means. SIGKILL that did not come from here is the kernel's, out of memory.
  private static func meaning(of status: Int32?) -> ClipReadError {
    switch (status ?? 0) & 0x7F {
    case SIGXCPU:
      ClipReadError(reason: .decoderTimeout, detail: "Decoding took more computing time than it may.")
    case SIGKILL:
      ClipReadError(reason: .tooLarge, detail: "The decoder was killed, most likely for want of memory.")
    case 0:
      ClipReadError(reason: .decoderCrashed, detail: "The decoder ended without an answer.")
    case let signal:
      ClipReadError(reason: .decoderCrashed, detail: "The decoder crashed with signal \(signal).")
    }
  }
}

extension DecodeWorkerProcess {
  /// Neither a link nor a pipe nor a device is opened, whatever has become of the path meanwhile.
  static func openRegularFile(_ path: String) throws(ClipReadError) -> Int32 {
    let file = FileName.withPath(path) { open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
    guard file >= 0 else {
      let why = errno == ELOOP ? "it is a symbolic link" : String(cString: strerror(errno))
      throw ClipReadError(reason: .unreadable, detail: "The file cannot be opened: \(why).")
    }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(file)
      throw ClipReadError(reason: .unreadable, detail: "It is not a regular file.")
    }
    return file
  }

  /// A file without a name that holds the paths.
  private static func makeList(_ paths: [String]) throws(ClipReadError) -> Descriptor {
    let raw = hd_memory_file()
    guard raw >= 0 else {
      let why = String(cString: strerror(errno))
      throw ClipReadError(reason: .unreadable, detail: "There is no list for the decoder: \(why).")
    }
    let list = Descriptor(owning: raw)
    do throws(FileError) {
      try list.write(paths.flatMap { FileName.bytes(of: $0) + [0] }, .scratch)
    } catch {
      throw ClipReadError(reason: .unreadable, detail: "There is no list for the decoder: \(error.reason).")
    }
    return list
  }

  private static func spawn(
    _ program: String, _ arguments: [String], file: Int32
  ) throws(ClipReadError) -> (pid: pid_t, output: Int32) {
    var pid: pid_t = 0
    var output: Int32 = -1
    var error = hd_error()
    let started = withCStrings(["hinged"] + arguments) { argv in
      withCStrings(environment()) { hd_worker_spawn(program, argv, $0, file, &pid, &output, &error) }
    }
    guard started else { throw ClipReadError(error) }
    return (pid, output)
  }

  /// Nothing but where libraries are: DCMDICTPATH would change how files are read. Swift's own crash reporter
  /// would keep a crashed worker alive.
  private static func environment() -> [String] {
    let libraries = getenv("LD_LIBRARY_PATH").map { ["LD_LIBRARY_PATH=" + String(cString: $0)] } ?? []
    return libraries + ["SWIFT_BACKTRACE=enable=no"]
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}
