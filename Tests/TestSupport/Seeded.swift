import Foundation

/// Random numbers that can be had again (SplitMix64). The seed is printed; `HINGED_TEST_SEED` gives one.
public struct Seeded: RandomNumberGenerator, Sendable {
  public let seed: UInt64
  private var state: UInt64

  /// - Parameter test: Named where the seed is printed.
  public init(_ test: String = #function) {
    let given = ProcessInfo.processInfo.environment["HINGED_TEST_SEED"].flatMap(UInt64.init)
    self.init(seed: given ?? .random(in: 0...999_999))
    print("\(test): HINGED_TEST_SEED=\(seed)")
  }

  public init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension Collection {
  /// Every order of the elements.
  public var permutations: [[Element]] {
    guard let first else { return [[]] }
    return dropFirst().permutations.flatMap { rest in
      (0...rest.count).map { place in Array(rest[..<place]) + [first] + Array(rest[place...]) }
    }
  }
}
