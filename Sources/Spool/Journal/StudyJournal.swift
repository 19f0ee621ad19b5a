import Foundation
import Glibc
import Platform

/// The journal's file: one checksummed line an entry, appended and synced, so that what was recorded is there
/// after any crash, and what was being recorded is there as a whole or not at all.
///
/// A line is the CRC-32C of its text in eight hexadecimal digits, a space, JSON, a line feed.
package struct StudyJournal: ~Copyable {
  /// The journal cannot be believed.
  package struct Corruption: Error, Equatable, CustomStringConvertible {
    /// 1-based.
    package var line: Int
    package var problem: String

    package var description: String {
      "line \(line) of the journal \(problem); set the spool's file 'journal' aside and start again: published "
        + "results stay, inputs under 'claimed' are then to be put back into the inbox"
    }
  }

  package enum Failure: Error, Equatable {
    case file(FileError)
    case corrupt(Corruption)
  }

  private let path: String
  private var descriptor: Descriptor
  /// Bytes of whole lines.
  private var length: Int
  private(set) var lineCount: Int
  /// A part of a line may stand behind the whole ones, because a write failed and cutting it off failed as well.
  private var hasTail = false

  /// Opens the journal, replays it into a ledger, and cuts off what a crash left of a last line.
  package static func open(_ path: String, into ledger: inout Ledger) throws(Failure) -> StudyJournal {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try content(of: path) } catch { throw .file(error) }
    let replay: Replay
    do throws(Corruption) { replay = try Self.replay(bytes) } catch { throw .corrupt(error) }
    ledger = replay.ledger
    do throws(FileError) {
      let descriptor = try Descriptor.open(path, O_RDWR | O_NOFOLLOW, .journal)
      var journal = StudyJournal(
        path: path, descriptor: descriptor, length: replay.length, lineCount: replay.lines)
      try journal.cutTail()
      return journal
    } catch { throw .file(error) }
  }

  private static func content(of path: String) throws(FileError) -> [UInt8] {
    let isNew = try !Files.exists(path, .journal)
    let descriptor = try Descriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600, .journal)
    if isNew { try Files.sync(Files.parent(of: path) ?? ".", .spool) }
    return try descriptor.readToEnd(limit: .max, .journal)
  }

  private init(path: String, descriptor: consuming Descriptor, length: Int, lineCount: Int) {
    self.path = path
    self.descriptor = descriptor
    self.length = length
    self.lineCount = lineCount
  }

  /// Another file stands in this one's place, and what is appended here is read by nobody: a daemon that took the
  /// spool over wrote the journal anew, a person put a copy back, or `compact` could not open what it wrote.
  var isReplaced: Bool {
    var status = stat()
    return fstat(descriptor.raw, &status) == 0 && status.st_nlink == 0
  }

  /// Appends entries as one write and one sync. When it throws, none of them counts.
  package mutating func append(_ entries: [Ledger.Entry]) throws(FileError) {
    var bytes: [UInt8] = []
    for entry in entries { bytes += Self.line(of: entry) }
    if hasTail { try cutTail() }
    do throws(FileError) {
      try descriptor.write(bytes, .journal)
      try descriptor.sync(.journal)
    } catch {
      hasTail = true
      try? cutTail()
      throw error
    }
    length += bytes.count
    lineCount += entries.count
  }

  /// Replaces the journal by the shortest one that tells the same.
  package mutating func compact(to ledger: Ledger) throws(FileError) {
    var (bytes, lines) = ([UInt8](), 0)
    ledger.forEachEntry { entry in
      bytes += Self.line(of: entry)
      lines += 1
    }
    try AtomicFile.write(bytes, to: path, mode: 0o600, .journal)
    descriptor = try Descriptor.open(path, O_RDWR | O_NOFOLLOW, .journal)
    (length, lineCount) = (bytes.count, lines)
    try cutTail()
  }

  private mutating func cutTail() throws(FileError) {
    guard ftruncate(descriptor.raw, off_t(length)) == 0 else { throw FileError(.write, .journal) }
    guard lseek(descriptor.raw, off_t(length), SEEK_SET) >= 0 else { throw FileError(.write, .journal) }
    hasTail = false
  }
}

extension StudyJournal {
  struct Replay {
    var ledger = Ledger()
    /// Bytes of whole lines.
    var length = 0
    var lines = 0
  }

  /// The ledger that a journal's bytes tell. The last line may be torn, any other may not.
  static func replay(_ bytes: [UInt8]) throws(Corruption) -> Replay {
    var replay = Replay()
    var start = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      let entry: Ledger.Entry
      do throws(Corruption) {
        entry = try Self.entry(of: bytes[start..<end], line: replay.lines + 1)
      } catch {
        // A line feed may be part of what was torn when nothing whole follows.
        guard bytes[(end + 1)...].contains(UInt8(ascii: "\n")) else { return replay }
        throw error
      }
      do throws(Ledger.Contradiction) { try replay.ledger.apply(entry) } catch {
        throw Corruption(line: replay.lines + 1, problem: "contradicts those before it: \(error.description)")
      }
      start = end + 1
      replay.length = start
      replay.lines += 1
    }
    return replay
  }

  /// Reads a journal that another process may be writing to.
  package static func read(_ path: String) throws(Failure) -> Ledger {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try Files.read(path, limit: .max, .journal) } catch { throw .file(error) }
    do throws(Corruption) { return try replay(bytes).ledger } catch { throw .corrupt(error) }
  }

  package static func line(of entry: Ledger.Entry) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(entry) else {
      preconditionFailure("an entry of the journal is plain data and encodes")
    }
    return hexadecimal(CRC32C.checksum(json)) + [UInt8(ascii: " ")] + json + [UInt8(ascii: "\n")]
  }

  private static func entry(of line: ArraySlice<UInt8>, line number: Int) throws(Corruption) -> Ledger.Entry {
    let json = line.dropFirst(9)
    guard line.count > 9, Array(line.prefix(8)) == hexadecimal(CRC32C.checksum(json)) else {
      throw Corruption(line: number, problem: "does not match its checksum")
    }
    guard let entry = try? JSONDecoder().decode(Ledger.Entry.self, from: Data(json)) else {
      throw Corruption(line: number, problem: "is of a form that this version does not know")
    }
    return entry
  }

  private static func hexadecimal(_ value: UInt32) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return stride(from: 28, through: 0, by: -4).map { digits[Int(value >> UInt32($0)) & 15] }
  }
}
