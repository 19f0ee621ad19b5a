import Testing

@testable import Clips
@testable import Phantom
@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// States in blocks, against the states themselves.
struct PackedStatesTests {
  @Test func givesEachStateBackAsItWas() {
    var packed = PackedStates()
    for id in 1...50 { packed.insert(state(id)) }
    for id in 1...50 { #expect(packed[id] == state(id)) }
    #expect(packed[51] == nil && packed.count == 50 && packed.files == ["used": 50])
  }

  /// Several blocks' worth: what is left survives the closing up.
  @Test func keepsTheOthersWhereManyAreTakenOut() {
    var packed = PackedStates()
    for id in 1...400 { packed.insert(state(id, files: 40)) }
    for id in 1...400 where id % 4 != 0 { #expect(packed.remove(id) == state(id, files: 40)) }
    for id in 1...400 { #expect(packed[id] == (id % 4 == 0 ? state(id, files: 40) : nil)) }
    #expect(packed.files == ["used": 100 * 40])
    var fresh = PackedStates()
    for id in stride(from: 400, to: 0, by: -4) { fresh.insert(state(id, files: 40)) }
    #expect(packed == fresh)
  }

  @Test func takesAStateThatIsLargerThanABlock() {
    var packed = PackedStates()
    let large = state(2, files: 5_000)
    for state in [state(1), large, state(3)] { packed.insert(state) }
    #expect(packed[1] == state(1) && packed[2] == large && packed[3] == state(3))
  }

  @Test func replacesAStateOfTheSameClaim() {
    var packed = PackedStates()
    packed.insert(state(1))
    packed.insert(state(1, files: 2))
    #expect(packed[1] == state(1, files: 2) && packed.count == 1 && packed.files == ["used": 2])
  }

  @Test func tellsWhatMayBeRemovedAndWhatNot() {
    var packed = PackedStates()
    packed.insert(state(1, concludedAt: 100))
    packed.insert(state(2, concludedAt: 200))
    packed.insert(state(3, concludedAt: 100, end: .truncated))
    packed.insert(state(4, concludedAt: 100, moves: false))
    #expect(packed.removable(before: 150).map(\.claim.id) == [1])
    #expect(packed.removable(before: 300).map(\.claim.id).sorted() == [1, 2])
    #expect(packed.partlyRemovable(before: 300).isEmpty)
  }

  @Test func fileInQuarantineKeepsItsClaimAndNotTheFilesBesideIt() {
    var packed = PackedStates()
    for (id, time) in [(1, 100), (2, 200)] as [(Int, Int64)] {
      var mixed = state(id, files: 2, concludedAt: time)
      mixed.claim.files[1].end = .truncated
      packed.insert(mixed)
    }
    #expect(packed.removable(before: 300).isEmpty)
    #expect(packed.partlyRemovable(before: 150).map(\.claim.id) == [1])
  }

  private func state(
    _ id: Int, files: Int = 1, concludedAt: Int64 = 5, end: InputEnd = .used, moves: Bool = true
  ) -> StudyState {
    let files = (1...files).map { index in
      ClaimedFile.example(
        index: index, source: "a/IM_\(id)_\(index)", sha: SHA256.hexDigest(of: Array("\(id) \(index)".utf8)),
        end: end)
    }
    var state = StudyState(claim: .example(id: id, study: "1.2.\(id)", files: files, moves: moves))
    state.phase = .settled
    state.concludedAt = concludedAt
    return state
  }
}
