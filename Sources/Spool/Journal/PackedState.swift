import CPNG
import Foundation

/// How a claim that is over is folded into a few hundred bytes. They are never written anywhere.
enum PackedState {
  static func bytes(of state: StudyState) -> (bytes: [UInt8], unfolded: Int) {
    let json = json(state)
    return (deflated(json), json.count)
  }

  /// - Parameter unfolded: the length that `bytes(of:)` gave with the bytes.
  static func state(from bytes: [UInt8], unfolded: Int) -> StudyState {
    let json = inflated(bytes, length: unfolded)
    guard let state = try? JSONDecoder().decode(StudyState.self, from: Data(json)) else {
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
      closedAtLimit: false, identity: ["PatientID": "", "PatientName.1": "", "PatientBirthDate": ""],
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
    var stream = z_stream()
    let isReady =
      deflateInit2_(
        &stream, 9, Z_DEFLATED, windowBits, 5, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    precondition(isReady, "no memory")
    defer { deflateEnd(&stream) }
    deflateSetDictionary(&stream, dictionary, UInt32(dictionary.count))
    let limit = Int(deflateBound(&stream, UInt(input.count)))
    return run(&stream, input, limit: limit) { deflate(&$0, Z_FINISH) }
  }

  private static func inflated(_ bytes: [UInt8], length: Int) -> [UInt8] {
    var stream = z_stream()
    let isReady =
      inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    precondition(isReady, "no memory")
    defer { inflateEnd(&stream) }
    inflateSetDictionary(&stream, dictionary, UInt32(dictionary.count))
    return run(&stream, bytes, limit: length) { inflate(&$0, Z_FINISH) }
  }

  /// What `step` makes of the whole input in one go.
  private static func run(
    _ stream: inout z_stream, _ input: [UInt8], limit: Int, _ step: (inout z_stream) -> Int32
  ) -> [UInt8] {
    var input = input
    return [UInt8](unsafeUninitializedCapacity: limit) { output, count in
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(limit)
      let status = input.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        return step(&stream)
      }
      precondition(status == Z_STREAM_END, "the bound holds")
      count = limit - Int(stream.avail_out)
    }
  }
}
