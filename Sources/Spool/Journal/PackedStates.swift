/// Claims that were settled since the last book was written (`FiledClaims`), unfolded when one of them is asked for. They lie one behind the other in blocks: on the heap, each would keep a page from being given back that
/// other work has long left.
package struct PackedStates: Sendable {
  private struct Place {
    /// UTC, milliseconds; when the ends were decided.
    var concludedAt: Int64
    var retention: ClaimRetention
    var block: Int32
    var start: Int32
    var count: Int32
  }

  /// What a block holds; a claim with thousands of files has one to itself.
  static let blockBytes = 1 << 16

  private var places: [Int: Place] = [:]
  private var blocks: [[UInt8]] = []
  /// Bytes of claims that were taken out.
  private var unused = 0
  /// Files of all of them, by the raw value of the file's state.
  package private(set) var files: [String: Int] = [:]
  /// Claims with files in quarantine.
  private(set) var setAside: Set<Int> = []

  var count: Int { places.count }
  var ids: some Collection<Int> { places.keys }

  func contains(_ claim: Int) -> Bool { places[claim] != nil }

  subscript(claim: Int) -> StudyState? { places[claim].map(state) }

  /// Claims that were concluded before a time (UTC, milliseconds), and may be forgotten with their files.
  package func removable(before time: Int64) -> [StudyState] { due(.removable, before: time) }

  /// The same of those whose files may go as far as they are not in quarantine.
  package func partlyRemovable(before time: Int64) -> [StudyState] { due(.partlyRemovable, before: time) }

  func due(_ retention: ClaimRetention, before time: Int64) -> [StudyState] {
    places.values.filter { $0.retention == retention && $0.concludedAt < time }.map(state)
  }

  mutating func insert(_ state: StudyState) {
    remove(state.claim.id)
    let bytes = PackedFieldWriter.bytes(of: state)
    var place = Place(
      concludedAt: state.concludedAt ?? .max,
      retention: ClaimRetention(state.claim),
      block: 0, start: 0, count: Int32(bytes.count))
    put(bytes[...], &place)
    places[state.claim.id] = place
    if state.hasSetAside { setAside.insert(state.claim.id) }
    count(filesOf: state, 1)
  }

  @discardableResult mutating func remove(_ claim: Int) -> StudyState? {
    guard let place = places.removeValue(forKey: claim) else { return nil }
    let state = state(place)
    setAside.remove(claim)
    count(filesOf: state, -1)
    unused += Int(place.count)
    if unused > Self.blockBytes, unused > blocks.reduce(0, { $0 + $1.count }) / 2 { closeUp() }
    return state
  }

  private func state(_ place: Place) -> StudyState {
    var fields = PackedFieldReader(bytes(place))
    do throws(RecordProblem) { return try StudyState(from: &fields) } catch {
      preconditionFailure("a state that was packed by this process \(error.text)")
    }
  }

  private func bytes(_ place: Place) -> ArraySlice<UInt8> {
    blocks[Int(place.block)][Int(place.start)..<Int(place.start + place.count)]
  }

  /// Behind the last one.
  private mutating func put(_ bytes: ArraySlice<UInt8>, _ place: inout Place) {
    if blocks.last.map({ $0.count + bytes.count > Self.blockBytes }) ?? true {
      blocks.append([])
      blocks[blocks.count - 1].reserveCapacity(max(Self.blockBytes, bytes.count))
    }
    (place.block, place.start) = (Int32(blocks.count - 1), Int32(blocks[blocks.count - 1].count))
    blocks[blocks.count - 1].append(contentsOf: bytes)
  }

  /// Copies what is left into new blocks.
  private mutating func closeUp() {
    var fresh = PackedStates()
    for (claim, place) in places {
      var moved = place
      fresh.put(bytes(place), &moved)
      fresh.places[claim] = moved
    }
    (places, blocks, unused) = (fresh.places, fresh.blocks, 0)
  }

  private mutating func count(filesOf state: StudyState, _ sign: Int) {
    for file in state.claim.files {
      let end = file.end?.state.rawValue ?? ""
      let count = files[end, default: 0] + sign
      files[end] = count == 0 ? nil : count
    }
  }
}

extension PackedStates: Equatable {
  /// Whether they tell the same, wherever it lies.
  package static func == (one: PackedStates, other: PackedStates) -> Bool {
    one.count == other.count && one.ids.allSatisfy { one[$0] == other[$0] }
  }
}
