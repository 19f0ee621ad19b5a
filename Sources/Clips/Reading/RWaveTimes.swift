import Hinge

/// R Wave Time Vector (0018,6060) as far as it can be: placeholders, seconds, times of another loop and one entry a
/// frame are no R waves.
struct RWaveTimes: Equatable, Sendable {
  /// Milliseconds from the start of the clip, ascending, within it.
  private(set) var waves: [Double] = []
  /// Whether times are stated that cannot be R waves.
  private(set) var isImpossible = false

  /// Waves nearer to each other are one that was counted twice.
  private static let nearest = 50.0
  /// No heart beats faster than this again and again.
  private static let shortestBeat = 200.0

  /// - Parameters:
  ///   - stated: as the file has them; zeros alone stand for none.
  ///   - times: of the frames, ascending.
  init(_ stated: [Double], times: [Double]) {
    let stated = stated.filter(\.isFinite)
    guard let first = times.first, let last = times.last, times.count > 1, stated.contains(where: { $0 != 0 })
    else { return }
    let interval = (last - first) / Double(times.count - 1)
    let within = stated.filter { $0 >= first - interval && $0 <= last + interval }
    let groups = Self.grouped(within)
    let starts = groups.compactMap(\.first)
    let lengths = zip(starts, starts.dropFirst()).map { $1 - $0 }
    isImpossible =
      zip(stated, stated.dropFirst()).contains { $0 > $1 } || groups.isEmpty
      || groups.contains { $0.count > 2 } || (groups.count == 1 && within.count > 1)
      || (Percentiles.median(lengths) ?? .infinity) < Self.shortestBeat
    if !isImpossible { waves = starts }
  }

  /// Waves that lie near each other, together.
  private static func grouped(_ waves: [Double]) -> [[Double]] {
    waves.reduce(into: []) { groups, wave in
      if let last = groups.last?.last, wave - last < nearest {
        groups[groups.count - 1].append(wave)
      } else {
        groups.append([wave])
      }
    }
  }
}
