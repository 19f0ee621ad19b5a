import Glibc
import Platform

/// A file of settled claims, which is written once and never changed: the header of a journal, and a line for each claim.
/// The journal names the books that count; a book that it does not name is what a crash left, or was replaced.
package struct SettledBook: Sendable, Equatable {
  /// Its file in the spool's `settled/`; another one for each book that is ever written.
  var name: String
  var bytes: Int
  /// Lines without the header.
  var claims: Int

  init(name: String, bytes: Int, claims: Int) {
    (self.name, self.bytes, self.claims) = (name, bytes, claims)
  }
}

extension SettledBook: RecordPart {
  init(from fields: inout some FieldReader) throws(RecordProblem) {
    name = try fields.text("name")
    bytes = try fields.integer("bytes")
    claims = try fields.integer("claims")
    guard SettledFolder.isName(name), bytes > 0, claims > 0 else {
      throw RecordProblem("names a book as none is named")
    }
  }

  func write(to fields: inout some FieldWriter) {
    fields.write("name", name)
    fields.write("bytes", bytes)
    fields.write("claims", claims)
  }
}

/// The folder that books lie in.
package struct SettledFolder: Sendable, Equatable {
  package let path: String

  package init(path: String) { self.path = path }

  /// Of the journal at a path.
  init(besideJournal journal: String) {
    path = (Files.parent(of: journal) ?? ".") + "/settled"
  }

  func path(of book: SettledBook) -> String { path + "/" + book.name }

  func indexPath(of book: SettledBook) -> String { path(of: book) + Self.indexSuffix }

  static let indexSuffix = ".index"

  /// Two daemons never give one name, also where one of them only sleeps.
  static func newName(first: Int, last: Int) -> String {
    "c\(first)-c\(last)-" + String(UInt64.random(in: .min ... .max), radix: 16)
  }

  /// Whether a text may be a book's name, which is part of a path.
  static func isName(_ text: String) -> Bool {
    text.first == "c" && text.utf8.count < 100
      && text.utf8.allSatisfy { $0 == 0x2D || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
  }

  /// Removes books that no journal names: what crashes left, and what was replaced.
  /// - Parameter mayRemove: Asked when the folder was listed: of a spool that is another process's by then, nothing goes.
  func removeAll(
    but books: Set<String>, mayRemove: StudyJournal.Permission = { () throws(FileError) in }
  ) throws(FileError) {
    let names = try Files.names(in: path, .journal)
    try mayRemove()
    try DurableNames.change { changes throws(FileError) in
      for name in names {
        let book = name.hasSuffix(Self.indexSuffix) ? String(name.dropLast(Self.indexSuffix.count)) : name
        guard !books.contains(book), Self.isName(book) || name.hasPrefix(".") else { continue }
        try changes.remove(path + "/" + name, .journal)
      }
    }
  }
}

/// A book that is open for reading.
final class BookReader {
  private let file: Descriptor
  private let path: String

  init(_ book: SettledBook, in folder: SettledFolder) throws(StudyJournal.Failure) {
    path = folder.path(of: book)
    file = try Self.open(path)
    let size: Int
    do throws(FileError) { size = Int(try file.status(.journal).st_size) } catch { throw .file(error) }
    guard size == book.bytes else {
      throw .corrupt(
        .init(
          journal: path, line: book.claims + 1,
          problem: "is not where it ends: it has \(size) bytes and not \(book.bytes)", remedy: .setAside))
    }
  }

  private static func open(_ path: String) throws(StudyJournal.Failure) -> Descriptor {
    do throws(FileError) { return try Descriptor.open(path, O_RDONLY | O_NOFOLLOW, .journal) } catch {
      throw .file(error)
    }
  }

  /// A claim's line with its line feed, as it was written.
  func line(_ claim: FiledClaim, into line: inout [UInt8]) throws(StudyJournal.Failure) {
    let count = Int(claim.length)
    if line.count != count { line = [UInt8](repeating: 0, count: count) }
    var failure: FileError?
    line.withUnsafeMutableBytes { buffer in
      do throws(FileError) { try file.read(at: Int(claim.start), buffer, .journal) } catch { failure = error }
    }
    if let failure { throw .file(failure) }
    guard line.last == UInt8(ascii: "\n"),
      line.withUnsafeBytes({ JournalFormat.text(of: UnsafeRawBufferPointer(rebasing: $0[..<(count - 1)])) })
        != nil
    else { throw damage(claim) }
  }

  func state(_ claim: FiledClaim) throws(StudyJournal.Failure) -> StudyState {
    var line: [UInt8] = []
    try self.line(claim, into: &line)
    guard let state = Self.state(line), state.claim.id == Int(claim.claim) else { throw damage(claim) }
    return state
  }

  /// What a line records; `nil` where it is none of a settled claim.
  static func state(_ line: [UInt8]) -> StudyState? {
    line.withUnsafeBytes { bytes in
      let text = UnsafeRawBufferPointer(rebasing: bytes[9..<(bytes.count - 1)])
      guard case .state(let state) = try? JSONFieldReader.record(text) as Ledger.Entry,
        state.phase == .settled
      else { return nil }
      return state
    }
  }

  private func damage(_ claim: FiledClaim) -> StudyJournal.Failure {
    .corrupt(
      .init(
        journal: path, line: nil, problem: "is damaged: it begins at byte \(claim.start)", remedy: .setAside))
  }
}
