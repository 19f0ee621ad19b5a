import CPNG
import Foundation

/// A claim that is over, in a few hundred bytes. What is known of years of studies is in memory like this, and is
/// unfolded when one of them is asked for. It is never written anywhere.
struct PackedState: Sendable, Equatable {
  /// UTC, milliseconds; when the ends were decided.
  let concludedAt: Int64
  /// The files left the inbox, and none of them is in quarantine: they may be removed when they were kept long enough.
  let isRemovable: Bool
  private let length: Int32
  private let bytes: [UInt8]

  init(_ state: StudyState) {
    let json = Self.json(state)
    concludedAt = state.concludedAt ?? .max
    isRemovable = state.claim.moves && !state.claim.files.contains { $0.end?.isSetAside == true }
    length = Int32(json.count)
    bytes = Self.deflated(json)
  }

  var state: StudyState {
    guard let state = try? JSONDecoder().decode(StudyState.self, from: Data(inflated())) else {
      preconditionFailure("what was packed is plain data and unfolds")
    }
    return state
  }

  private static func json(_ state: StudyState) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(state) else {
      preconditionFailure("a state is plain data and encodes")
    }
    return Array(json)
  }

  /// What all states have in common, for zlib to refer to (RFC 1950, preset dictionary).
  private static let dictionary: [UInt8] = {
    let file = ClaimedFile(
      index: 1, source: "IM_0001.dcm", stamp: FileStamp(size: 1, modified: 1_700_000_000_000_000_000),
      sha256: "", sopInstanceUID: "1.2.840.113", decodingBytes: 1, end: InputEnd(state: .used))
    let claim = Claim(
      id: 1, study: "1.2.840.113", moves: true, claimedAt: 1_700_000_000_000, firstSeenAt: 1_700_000_000_000,
      closedAtLimit: false, identity: ["PatientID": "", "PatientName": "", "PatientBirthDate": ""],
      files: [file])
    var state = StudyState(claim: claim)
    state.phase = .settled
    state.published = PublishedRevision(study: "1.2.840.113", number: 1)
    state.status = .completed
    state.concludedAt = claim.claimedAt
    return json(state)
  }()

  /// A window of 4 kB, without header and checksum: states are short, and stay in memory.
  private static let windowBits: Int32 = -12

  private static func deflated(_ input: [UInt8]) -> [UInt8] {
    var (input, dictionary, stream) = (input, dictionary, z_stream())
    let isReady =
      deflateInit2_(
        &stream, 9, Z_DEFLATED, windowBits, 5, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    precondition(isReady, "no memory")
    defer { deflateEnd(&stream) }
    deflateSetDictionary(&stream, &dictionary, UInt32(dictionary.count))
    let limit = Int(deflateBound(&stream, UInt(input.count)))
    return [UInt8](unsafeUninitializedCapacity: limit) { output, count in
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(limit)
      let status = input.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        return deflate(&stream, Z_FINISH)
      }
      precondition(status == Z_STREAM_END, "the bound holds")
      count = limit - Int(stream.avail_out)
    }.withUnsafeBufferPointer { Array($0) }
  }

  private func inflated() -> [UInt8] {
    var (input, dictionary, stream) = (bytes, Self.dictionary, z_stream())
    let isReady =
      inflateInit2_(&stream, Self.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    precondition(isReady, "no memory")
    defer { inflateEnd(&stream) }
    inflateSetDictionary(&stream, &dictionary, UInt32(dictionary.count))
    return [UInt8](unsafeUninitializedCapacity: Int(length)) { output, count in
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(length)
      let status = input.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        return inflate(&stream, Z_FINISH)
      }
      precondition(status == Z_STREAM_END, "what was packed unfolds")
      count = Int(length)
    }
  }
}
