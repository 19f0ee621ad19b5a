/// Which pixels belong together: two are neighbours when they share a side (4) or a side or a corner (8).
enum Connectivity {
  case four
  case eight

  /// Where the neighbours lie in a row-by-row array with rows of `width`.
  func offsets(width: Int) -> [Int] {
    let sides = [1, -1, width, -width]
    return self == .four ? sides : sides + [width + 1, width - 1, -width + 1, -width - 1]
  }
}

/// A component number a pixel, 0 outside the set, and the pixels that each component has; component `i` is number
/// `i + 1`. Numbers run in the order of each component's first pixel.
struct ConnectedComponents {
  /// With a frame of one pixel around the grid, (H + 2) x (W + 2), so that every pixel has all neighbours.
  private var framed: [Int32]
  private let width: Int
  private let height: Int
  private(set) var sizes: [Int] = []

  private static let unseen: Int32 = -1

  /// - Parameter frame: whether the frame around the grid belongs to the set.
  init(of mask: BinaryMask, _ connectivity: Connectivity, frame: Bool = false) {
    width = mask.width
    height = mask.height
    framed = [Int32](repeating: frame ? Self.unseen : 0, count: (width + 2) * (height + 2))
    for y in 0..<height {
      let row = (y + 1) * (width + 2) + 1
      for x in 0..<width { framed[row + x] = mask.bits[y * width + x] ? Self.unseen : 0 }
    }
    let offsets = connectivity.offsets(width: width + 2)
    var stack: [Int] = []
    for start in framed.indices where framed[start] == Self.unseen {
      sizes.append(flood(from: start, Int32(sizes.count + 1), offsets, &stack))
    }
  }

  /// The pixels of the grid whose number satisfies `condition`.
  func pixels(where condition: (Int32) -> Bool) -> BinaryMask {
    var mask = BinaryMask(width: width, height: height)
    for y in 0..<height {
      let row = (y + 1) * (width + 2) + 1
      for x in 0..<width where condition(framed[row + x]) { mask.bits[y * width + x] = true }
    }
    return mask
  }

  private mutating func flood(
    from start: Int, _ number: Int32, _ offsets: [Int], _ stack: inout [Int]
  ) -> Int {
    var size = 0
    framed[start] = number
    stack.append(start)
    framed.withUnsafeMutableBufferPointer { framed in
      while let pixel = stack.popLast() {
        size += 1
        for offset in offsets {
          let next = pixel + offset
          // A frame that belongs to the set has neighbours beyond the array.
          guard next >= 0, next < framed.count, framed[next] == Self.unseen else { continue }
          framed[next] = number
          stack.append(next)
        }
      }
    }
    return size
  }
}

extension BinaryMask {
  /// The largest 8-connected component, the first of equals; empty where the set is.
  public var largestComponent: BinaryMask {
    withinBounds { part in
      let components = ConnectedComponents(of: part, .eight)
      guard let most = components.sizes.max(), let index = components.sizes.firstIndex(of: most) else {
        return part
      }
      return components.pixels { $0 == Int32(index + 1) }
    }
  }

  /// The sizes of the 8-connected components in pixels, largest first.
  public var componentSizes: [Int] { ConnectedComponents(of: self, .eight).sizes.sorted(by: >) }

  /// The set together with what it encloses: background that no 4-connected path joins to the grid's border,
  /// which is the background's connectivity where the set's is 8.
  public var holesFilled: BinaryMask {
    withinBounds { part in
      // The frame makes the outside one component, the first.
      ConnectedComponents(of: part.inverted, .four, frame: true).pixels { $0 != 1 }
    }
  }

  /// What becomes of the part of the grid that the set lies in; the rest stays empty.
  private func withinBounds(_ change: (BinaryMask) -> BinaryMask) -> BinaryMask {
    guard let box = boundingBox else { return self }
    return change(cropped(to: box)).placed(width: width, height: height, at: box)
  }
}
