/// Where each buffer lies in one block of memory. Buffers share a place when they do not live at the same time.
struct Arena: Sendable {
  /// In floats.
  private(set) var offsets: [Int]
  private(set) var floatCount = 0

  /// A buffer lives from the first step that writes it to the last one that reads it.
  init(_ program: Program) {
    offsets = [Int](repeating: 0, count: program.buffers.count)
    let lifetimes = Self.lifetimes(program)
    let sizes = program.buffers.map(\.floatCount)
    // The largest first: small ones then fill the gaps.
    var placed: [Int] = []
    for buffer in sizes.indices.sorted(by: { (sizes[$0], $1) > (sizes[$1], $0) }) {
      let neighbours = placed.filter { lifetimes[$0].overlaps(lifetimes[buffer]) }
        .map { offsets[$0]..<offsets[$0] + sizes[$0] }
        .sorted { $0.lowerBound < $1.lowerBound }
      var offset = 0
      for taken in neighbours {
        if offset + sizes[buffer] <= taken.lowerBound { break }
        offset = max(offset, taken.upperBound)
      }
      offsets[buffer] = offset
      floatCount = max(floatCount, offset + sizes[buffer])
      placed.append(buffer)
    }
  }

  static func lifetimes(_ program: Program) -> [ClosedRange<Int>] {
    var first = [Int](repeating: Int.max, count: program.buffers.count)
    var last = [Int](repeating: -1, count: program.buffers.count)
    func mark(_ buffer: BufferID, _ step: Int) {
      first[buffer] = min(first[buffer], step)
      last[buffer] = max(last[buffer], step)
    }
    mark(program.input, -1)
    for output in program.outputs { mark(output, program.steps.count) }
    for (index, step) in program.steps.enumerated() {
      for buffer in step.inputs { mark(buffer, index) }
      for buffer in step.writes { mark(buffer, index) }
    }
    return zip(first, last).map { min($0, $1)...$1 }
  }
}
