import CDCMTK
import CPlatform
import Glibc
import Platform

/// A process that has loaded what every decode worker needs, and makes workers out of itself: a fork instead of a new
/// program and DCMTK's dictionary, more than sixty of which a study of eighty clips would need.
///
/// It never sees a file. A request comes with the file's descriptor, which the worker alone reads, after it has confined
/// itself as any worker does. The workers are children of this process and not of the nursery, so that they are waited
/// for, killed and judged like those that are started; a worker that a file takes over has no way to the nursery, which
/// it does not see again. The nursery ends with this process, whose end of the connection closes.
final class DecodeNursery: Sendable {
  static let arguments = [DecodeRequest.command, "nursery"]

  /// Used under the lock.
  fileprivate final class Running {
    let program: ChildProgram
    let connection: Descriptor

    init(_ program: ChildProgram, _ connection: consuming Descriptor) {
      self.program = program
      self.connection = connection
    }
  }

  private let executable: String
  private let running = Guarded<Running?>(nil)

  private static let ours = Guarded<DecodeNursery?>(nil)

  init(_ executable: String) { self.executable = executable }

  /// The nursery of this process's own workers; `nil` for another executable, which is started for each file.
  static func of(_ executable: String) -> DecodeNursery? {
    guard executable == CineDecoder.workerExecutable else { return nil }
    return ours.withLock { nursery in
      if let nursery, nursery.executable == executable { return nursery }
      let fresh = DecodeNursery(executable)
      nursery = fresh
      return fresh
    }
  }

  /// How long is waited for a fork. A nursery that takes longer is given up: whoever waits for a worker starts one.
  fileprivate static let patienceMilliseconds: Int32 = 20_000

  /// - Returns: `nil` where none can be had: the worker is to be started as a program. A nursery that ended, killed for
  ///   want of memory say, is replaced once.
  func worker(_ request: DecodeRequest, file: Int32, output: Int32) -> ChildProgram? {
    let words = request.arguments.joined(separator: "\0")
    return running.withLock { running in
      for _ in 0..<2 {
        if running == nil { running = start() }
        switch running?.ask(for: words, [file, output]) {
        case .worker(let pid)?: return ChildProgram(adopting: pid)
        case .refused?: return nil
        case .gone?: running = nil
        case nil: return nil
        }
      }
      return nil
    }
  }

  /// The number of the process that makes the workers; `nil` where none is running.
  var pid: pid_t? { running.withLock { $0?.program.pid } }

  private func start() -> Running? {
    var ends: [Int32] = [-1, -1]
    guard hd_connection(&ends) == 0 else { return nil }
    let own = Descriptor(owning: ends[0])
    let its = Descriptor(owning: ends[1])
    do throws(FileError) {
      let program = try ChildProgram(
        executable, ["hinged"] + Self.arguments, environment: DecodeWorkerProcess.environment(),
        passing: [its.raw])
      return Running(program, own)
    } catch { return nil }
  }
}

extension DecodeNursery.Running {
  fileprivate enum Answer {
    case worker(pid_t)
    /// It lives, and cannot make one: no process is left, or the request is too long.
    case refused
    case gone
  }

  fileprivate func ask(for words: String, _ descriptors: [Int32]) -> Answer {
    var words = words
    let sent = words.withUTF8 {
      hd_send_message(connection.raw, $0.baseAddress, $0.count, descriptors, Int32(descriptors.count))
    }
    guard sent == 0 else { return errno == EMSGSIZE ? .refused : .gone }
    var descriptor = pollfd(fd: connection.raw, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, DecodeNursery.patienceMilliseconds) > 0 else { return .gone }
    var pid: pid_t = 0
    let count = read(connection.raw, &pid, MemoryLayout<pid_t>.size)
    guard count == MemoryLayout<pid_t>.size else { return .gone }
    return pid > 0 ? .worker(pid) : .refused
  }
}

extension DecodeNursery {
  /// Longer requests are not made: a worker that is started may have no longer command line either.
  private static let longestRequest = 1 << 17

  /// The nursery's own side: makes a worker for each request, until nobody is left to ask.
  /// - Returns: in a worker, the words that it is asked by, its file and its output in their places; `nil` in the nursery
  ///   at its end.
  static func serve(_ connection: Int32) -> [String]? {
    hd_set_process_name("hinged-nursery")
    // What cannot be prepared, a worker says of its file.
    DICOMFile.prepare()
    var buffer = [UInt8](repeating: 0, count: longestRequest)
    var descriptors: [Int32] = [-1, -1]
    while true {
      var passed: Int32 = 0
      let count = hd_receive_message(connection, &buffer, buffer.count, &descriptors, &passed)
      if count == 0 || (count < 0 && errno != EMSGSIZE) { return nil }
      var pid: pid_t = -1
      if count > 0, passed == 2 {
        pid = hd_fork_sibling()
        if pid == 0 {
          setpgid(0, 0)
          hd_set_process_name("hinged-decoder")
          guard hd_take_descriptors(descriptors[0], descriptors[1]) == 0 else { _exit(71) }
          return buffer[..<count].split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
          }
        }
      }
      for descriptor in descriptors[..<Int(passed)] { close(descriptor) }
      guard hd_send_message(connection, &pid, MemoryLayout<pid_t>.size, nil, 0) == 0 else { return nil }
    }
  }
}
