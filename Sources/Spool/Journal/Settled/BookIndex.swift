import Glibc
import Platform
import Study

/// What is asked of a book's claims without reading them: an entry for each, and by which paths their files came. It lies
/// beside the book, tells nothing that the book does not, and is made anew where it is missing or does not fit.
struct BookIndex {
  /// A path under which a claim's file lay in the inbox.
  struct Source: BitwiseCopyable {
    /// `StableHash` of the path.
    var path: UInt64
    var claim: UInt64
  }

  var claims: [FiledClaim] = []
  var sources: [Source] = []

  mutating func add(_ state: StudyState, start: Int, length: Int) {
    claims.append(FiledClaim(state, start: start, length: length))
    sources += Self.sources(of: state)
  }

  /// Files that were in the inbox under their own name, and left it.
  static func sources(of state: StudyState) -> [Source] {
    guard state.claim.moves else { return [] }
    return state.claim.files.filter { $0.box == nil }.map {
      Source(path: StableHash.of($0.source), claim: UInt64(state.claim.id))
    }
  }

  /// 64 bytes, of the machine's own byte order: an index that another machine wrote does not fit, and is made anew.
  private struct Header: BitwiseCopyable {
    var magic: UInt64 = 0x3158_4449_444E_4748
    /// Of the lists of words that entries number.
    var words = Self.checksumOfWords
    var claimBytes = UInt32(MemoryLayout<FiledClaim>.stride)
    var bookBytes: UInt64
    var claims: UInt64
    var sources: UInt64
    var claimChecksum: UInt32
    var sourceChecksum: UInt32
    var spare: UInt64 = 0
    var spare2: UInt64 = 0

    private static let checksumOfWords = CRC32C.checksum(
      Array(
        (ReasonCode.allCases.map(\.rawValue) + ClaimOutcome.allCases.map { "\($0)" }).joined(separator: ",")
          .utf8))
  }

  func bytes(of book: SettledBook) -> [UInt8] {
    let (claimBytes, sourceBytes) = (Self.bytes(claims), Self.bytes(sources))
    let header = Header(
      bookBytes: UInt64(book.bytes), claims: UInt64(claims.count), sources: UInt64(sources.count),
      claimChecksum: CRC32C.checksum(claimBytes), sourceChecksum: CRC32C.checksum(sourceBytes))
    return Self.bytes([header]) + claimBytes + sourceBytes
  }

  private static func bytes(_ values: [some BitwiseCopyable]) -> [UInt8] {
    values.withUnsafeBytes { Array($0) }
  }

  /// The entries that lie beside a book; `nil` where there are none that fit it.
  static func claims(of book: SettledBook, in folder: SettledFolder) -> [FiledClaim]? {
    guard let (file, header) = open(book, folder) else { return nil }
    return list(header.claims, at: MemoryLayout<Header>.stride, header.claimChecksum, file)
  }

  /// The paths that lie beside a book.
  static func sources(of book: SettledBook, in folder: SettledFolder) -> [Source]? {
    guard let (file, header) = open(book, folder) else { return nil }
    let start = MemoryLayout<Header>.stride + Int(header.claims) * MemoryLayout<FiledClaim>.stride
    return list(header.sources, at: start, header.sourceChecksum, file)
  }

  private final class File {
    let descriptor: Descriptor
    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  }

  private static func open(_ book: SettledBook, _ folder: SettledFolder) -> (File, Header)? {
    guard let descriptor = try? Descriptor.open(folder.indexPath(of: book), O_RDONLY | O_NOFOLLOW, .journal)
    else { return nil }
    let file = File(descriptor)
    var header = Header(bookBytes: 0, claims: 0, sources: 0, claimChecksum: 0, sourceChecksum: 0)
    let wanted = header
    let isRead = withUnsafeMutableBytes(of: &header) {
      (try? file.descriptor.read(at: 0, $0, .journal)) != nil
    }
    guard isRead, header.magic == wanted.magic, header.words == wanted.words,
      header.claimBytes == wanted.claimBytes, header.bookBytes == UInt64(book.bytes),
      header.claims == UInt64(book.claims), header.sources < 1 << 32
    else { return nil }
    return (file, header)
  }

  private static func list<Value: BitwiseCopyable>(
    _ count: UInt64, at start: Int, _ checksum: UInt32, _ file: File
  ) -> [Value]? {
    guard let size = try? file.descriptor.status(.journal).st_size,
      Int(size) >= start + Int(count) * MemoryLayout<Value>.stride
    else { return nil }
    var isRead = false
    let list = [Value](unsafeUninitializedCapacity: Int(count)) { buffer, filled in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      let part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<(Int(count) * MemoryLayout<Value>.stride)])
      isRead =
        (try? file.descriptor.read(at: start, part, .journal)) != nil
        && CRC32C.checksum(UnsafeRawBufferPointer(part)) == checksum
      filled = isRead ? Int(count) : 0
    }
    return isRead ? list : nil
  }

  /// Reads a book from its first line to its last.
  init(reading book: SettledBook, in folder: SettledFolder) throws(StudyJournal.Failure) {
    let path = folder.path(of: book)
    var (start, number) = (0, 0)
    do throws(FileError) {
      let lines = try LineReader(path, .journal)
      while let line = try lines.next() {
        number += 1
        if number == 1 {
          guard line.bytes + [UInt8(ascii: "\n")] == JournalFormat.header else { break }
        } else {
          guard line.isWhole,
            line.bytes.withUnsafeBytes({ JournalFormat.text(of: $0) != nil }),
            let state = BookReader.state(line.bytes + [UInt8(ascii: "\n")])
          else { break }
          add(state, start: start, length: line.bytes.count + 1)
        }
        start += line.bytes.count + 1
      }
    } catch { throw .file(error) }
    guard start == book.bytes, claims.count == book.claims else {
      throw .corrupt(
        .init(journal: path, line: number, problem: "is not as it was written", remedy: .setAside))
    }
  }

  init() {}
}
