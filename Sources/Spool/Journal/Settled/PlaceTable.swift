/// Places in a list by hashes of what stands there, four bytes each: open addressing with linear probing, at most half
/// full. Several places may share a hash, and whoever asks looks at the list. What is taken out of the list stays here
/// until the table is made anew.
struct PlaceTable: Sendable {
  /// A place and one; 0 where there is none. A power of two of them.
  private var slots: [UInt32]
  private var count = 0

  init(expecting count: Int = 0) {
    var size = 16
    while size < 2 * count { size *= 2 }
    slots = Array(repeating: 0, count: size)
  }

  /// - Parameter hash: Of what stands at a place of the list.
  mutating func insert(_ place: Int, hash: (Int) -> UInt64) {
    if 2 * (count + 1) > slots.count { grow(to: 2 * (count + 1), hash) }
    put(place, hash(place))
    count += 1
  }

  /// Makes room for so many at once.
  mutating func reserve(_ total: Int, hash: (Int) -> UInt64) {
    if 2 * total > slots.count { grow(to: 2 * total, hash) }
  }

  /// Places of what may have the hash, in the order in which they were inserted, and maybe others.
  func candidates(_ hash: UInt64, _ visit: (Int) -> Void) {
    var slot = first(hash)
    while slots[slot] != 0 {
      visit(Int(slots[slot]) - 1)
      slot = (slot + 1) & (slots.count - 1)
    }
  }

  /// The first place that is the one looked for.
  func first(_ hash: UInt64, where isIt: (Int) -> Bool) -> Int? {
    var slot = first(hash)
    while slots[slot] != 0 {
      if isIt(Int(slots[slot]) - 1) { return Int(slots[slot]) - 1 }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private mutating func grow(to size: Int, _ hash: (Int) -> UInt64) {
    let old = slots
    var room = slots.count
    while room < size { room *= 2 }
    slots = Array(repeating: 0, count: room)
    // By place: those of one hash keep their order.
    for place in old.filter({ $0 != 0 }).sorted() { put(Int(place) - 1, hash(Int(place) - 1)) }
  }

  private mutating func put(_ place: Int, _ hash: UInt64) {
    var slot = first(hash)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(place + 1)
  }

  /// Hashes may differ in their upper bits alone.
  private func first(_ hash: UInt64) -> Int {
    let mixed = (hash ^ (hash >> 32)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> 20) & (slots.count - 1)
  }
}
