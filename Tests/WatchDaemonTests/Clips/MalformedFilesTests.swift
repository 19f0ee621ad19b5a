import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import WatchDaemon

/// A corpus of malformed files: each ends in a header and frames or in a reason, soon, and leaves no process.
@Suite(.serialized, .enabled(if: TestData.isPresent, "needs HINGED_TEST_DATA")) struct MalformedFilesTests {
  static let files: [String] = {
    let folder = TestData.path("malformed")
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.map { folder + "/" + $0 }.filter { $0.hasSuffix(".dcm") }.sorted()
  }()

  /// The number of frames, or the reason why there are none.
  static func outcome(_ path: String) -> String {
    do throws(ClipReadError) {
      return "\(try DecodeFixture.frames(path).count) frames"
    } catch {
      return error.reason.rawValue
    }
  }

  @Test func endsInAnAnswerForEveryFile() {
    #expect(Self.files.count > 200)
    var outcomes: [String: Int] = [:]
    for file in Self.files { outcomes[Self.outcome(file), default: 0] += 1 }
    // Soon: within the processor time and the patience that a worker is given.
    #expect(outcomes["decoder-timeout"] == nil)
    #expect((outcomes["1 frames"] ?? 0) > 100, "\(outcomes)")
    print("malformed files: \(outcomes.sorted { $0.value > $1.value })")
  }
}
