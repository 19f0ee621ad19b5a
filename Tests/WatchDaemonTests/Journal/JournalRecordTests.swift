import Foundation
import Testing

@testable import Platform
@testable import Spool
@testable import Study

/// The form of each record on disk and in memory, against texts that stand in the table.
@Suite struct JournalRecordTests {
  @Test(arguments: RecordExample.all) func recordIsWrittenAsTheFormatSays(_ example: RecordExample) {
    #expect(String(decoding: JSONFieldWriter.bytes(of: example.entry), as: UTF8.self) == example.text)
  }

  @Test(arguments: RecordExample.all) func recordIsReadAsItWasWritten(_ example: RecordExample) throws {
    #expect(try read(example.text) == example.entry)
  }

  @Test(arguments: RecordExample.all.filter { $0.earlier != nil })
  func recordOfTheVersionBeforeIsRead(_ example: RecordExample) throws {
    let earlier = try #require(example.earlier)
    #expect(
      try Array(earlier.utf8).withUnsafeBytes { try EarlierRecord.entry(of: $0) } == example.entry)
  }

  @Test func tableHasEachRecordAndEachPhase() {
    for kind in RecordKind.allCases {
      #expect(RecordExample.all.contains { $0.text.hasPrefix(#"{"record":"\#(kind.rawValue)""#) }, "\(kind)")
    }
    let phases = RecordExample.all.compactMap { example -> String? in
      guard case .state(let state) = example.entry else { return nil }
      return state.phase.name
    }
    #expect(Set(phases).count == 9)
  }

  @Test(arguments: RecordExample.all) func packedRecordIsTheSameAndShorter(_ example: RecordExample) throws {
    let bytes = PackedFieldWriter.bytes(of: example.entry)
    var fields = PackedFieldReader(bytes[...])
    #expect(try Ledger.Entry(from: &fields) == example.entry)
    #expect(bytes.count < example.text.utf8.count)
  }

  /// Texts of each alphabet, of even and odd lengths, and the largest and smallest numbers.
  @Test func everyTextAndNumberComesBack() throws {
    var file = ClaimedFile.spare
    for text in [
      "", "0", "1.2", "..", "0af", "0aF", "a.b", "é", "\u{0}\u{1F}\u{7F}\"\\/", "\u{F780}", "1.2.3\n",
    ] {
      for number in [0, -1, 63, 64, Int.max, Int.min] {
        (file.source, file.sopInstanceUID, file.stamp.size) = (text, text, number)
        let entry = Ledger.Entry.claim(.example(files: [file]))
        #expect(try read(String(decoding: JSONFieldWriter.bytes(of: entry), as: UTF8.self)) == entry)
        var fields = PackedFieldReader(PackedFieldWriter.bytes(of: entry)[...])
        #expect(try Ledger.Entry(from: &fields) == entry)
      }
    }
  }

  /// Whatever is changed in a record, another form is never taken for a part of this one.
  @Test(arguments: [
    (#"{"record":"archived","claim":1}"#, "has the unknown word 'archived' in 'record'"),
    (#"{"record":"book","name":"../c1","bytes":1,"claims":1}"#, "names a book as none is named"),
    (#"{"record":"started","claim":1,"host":"a"}"#, "has the field 'host', which is not known there"),
    (#"{"record":"started","host":"a","claim":1}"#, "has no field 'claim'"),
    (#"{"record":"started"}"#, "has no field 'claim'"),
    (#"{"claim":1,"record":"started"}"#, "has no field 'record'"),
    (
      #"{"record":"state","claim":2,"claimed_at_ms":20,"first_seen_at_ms":10,"files":[],"phase":"asleep"}"#,
      "has the unknown word 'asleep' in 'phase'"
    ),
    (#"{"record":"claimed","claim":1,"missing":[1,]}"#, "cannot be read from its byte 43 on"),
    (#"{"record":"started","claim":01x}"#, "cannot be read from its byte 30 on"),
    (#"{"record":"started","claim":99999999999999999999}"#, "cannot be read from its byte 46 on"),
    (#"{"record":"started","claim":1} "#, "cannot be read from its byte 30 on"),
    (#"{"record":"started","claim":1"#, "cannot be read from its byte 29 on"),
    (#"{"record":"star\ted","claim":1}"#, "cannot be read from its byte 17 on"),
    (#"["record"]"#, "cannot be read from its byte 0 on"), ("", "cannot be read from its byte 0 on"),
  ]) func recordOfAnotherFormIsRefused(text: String, problem: String) throws {
    let error = #expect(throws: RecordProblem.self) { try read(text) }
    #expect(error?.text == problem)
  }

  @Test(arguments: [
    (#"{"event":{"_1":{"archived":{}},"claim":1}}"#, "has 'archived', which is not known there"),
    (#"{"archive":{"_0":{}}}"#, "has 'archive', which is not known there"),
    (#"{"record":"started","claim":1}"#, "has 'claim', 'record', which is not known there"),
    (#"{"event":{"_1":{"started":{}}}}"#, "has no field 'claim'"), ("[]", "is no JSON object"),
  ]) func recordOfNoEarlierFormIsRefused(text: String, problem: String) {
    let error = #expect(throws: RecordProblem.self) {
      try Array(text.utf8).withUnsafeBytes { try EarlierRecord.entry(of: $0) }
    }
    #expect(error?.text == problem)
  }

  @Test func checksumIsTheOneOfTheStandard() {
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
    // RFC 3720, appendix B.4.
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](0..<32)) == 0x46DD_794E)
  }

  private func read(_ text: String) throws -> Ledger.Entry {
    try Array(text.utf8).withUnsafeBytes { try JSONFieldReader.record($0) }
  }
}
