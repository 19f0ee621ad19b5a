/// Which pixels belong together: two are neighbours when they share a side (4) or a side or a corner (8).
enum Connectivity {
  case four
  case eight

  var steps: [(dx: Int, dy: Int)] {
    let sides = [(dx: 1, dy: 0), (dx: -1, dy: 0), (dx: 0, dy: 1), (dx: 0, dy: -1)]
    let corners = [(dx: 1, dy: 1), (dx: -1, dy: 1), (dx: 1, dy: -1), (dx: -1, dy: -1)]
    return self == .four ? sides : sides + corners
  }
}

/// A component number a pixel (H x W, 0 outside the set) and the pixels that each component has; component `i`
/// is number `i + 1`. Numbers run in the order of each component's first pixel.
struct ConnectedComponents {
  private(set) var numbers: [Int32]
  private(set) var sizes: [Int] = []

  init(of mask: BinaryMask, _ connectivity: Connectivity) {
    numbers = [Int32](repeating: 0, count: mask.bits.count)
    var stack: [Int] = []
    for start in mask.bits.indices where mask.bits[start] && numbers[start] == 0 {
      let number = Int32(sizes.count + 1)
      sizes.append(flood(from: start, number, mask, connectivity.steps, &stack))
    }
  }

  private mutating func flood(
    from start: Int, _ number: Int32, _ mask: BinaryMask, _ steps: [(dx: Int, dy: Int)], _ stack: inout [Int]
  ) -> Int {
    var size = 0
    numbers[start] = number
    stack.append(start)
    while let pixel = stack.popLast() {
      size += 1
      let x = pixel % mask.width
      let y = pixel / mask.width
      for step in steps where mask.contains(x: x + step.dx, y: y + step.dy) {
        let next = (y + step.dy) * mask.width + x + step.dx
        guard numbers[next] == 0 else { continue }
        numbers[next] = number
        stack.append(next)
      }
    }
    return size
  }
}

extension BinaryMask {
  /// The largest 8-connected component, the first of equals; empty where the set is.
  public var largestComponent: BinaryMask {
    let components = ConnectedComponents(of: self, .eight)
    guard let most = components.sizes.max(), let index = components.sizes.firstIndex(of: most) else {
      return self
    }
    let number = Int32(index + 1)
    return BinaryMask(width: width, height: height, bits: components.numbers.map { $0 == number })
  }

  /// The sizes of the 8-connected components in pixels, largest first.
  public var componentSizes: [Int] { ConnectedComponents(of: self, .eight).sizes.sorted(by: >) }

  /// The set together with what it encloses: background that no 4-connected path joins to the grid's border,
  /// which is the background's connectivity where the set's is 8.
  public var holesFilled: BinaryMask {
    // A frame of background around the grid makes the outside one component, the first.
    var padded = BinaryMask(width: width + 2, height: height + 2, filled: true)
    for y in 0..<height {
      for x in 0..<width { padded.bits[(y + 1) * (width + 2) + x + 1] = !bits[y * width + x] }
    }
    let numbers = ConnectedComponents(of: padded, .four).numbers
    var filled = self
    for y in 0..<height {
      for x in 0..<width { filled.bits[y * width + x] = numbers[(y + 1) * (width + 2) + x + 1] != 1 }
    }
    return filled
  }
}
