import Hinge

#if canImport(Glibc)
  import Glibc
#endif

/// The classes of every pixel of a box of the stored frame.
struct Segmentation: Sendable {
  /// Arg-max labels on the box's grid.
  var mask: LabelMask
  /// Softmax on the box's grid.
  var probabilities: ClassProbabilities
}

/// From the network's logits to probabilities and labels on the stored frame's grid.
struct MaskDecoding: Sendable {
  let geometry: InputGeometry
  /// Two neighbours and the weight of the second, for one row or column of the box.
  private struct Neighbours {
    var low: Int
    var high: Int
    var weight: Float
  }
  private let columns: [Neighbours]
  private let rows: [Neighbours]

  init(geometry: InputGeometry) {
    self.geometry = geometry
    let side = geometry.inputSide
    columns = (0..<geometry.box.width).map { Self.neighbours(geometry.outputColumn($0), side: side) }
    rows = (0..<geometry.box.height).map { Self.neighbours(geometry.outputRow($0), side: side) }
  }

  private static func neighbours(_ position: Double, side: Int) -> Neighbours {
    let clamped = min(max(position, 0), Double(side - 1))
    let low = Int(clamped)
    return Neighbours(low: low, high: min(low + 1, side - 1), weight: Float(clamped - Double(low)))
  }

  /// Logits K x H x W of the network to labels and probabilities of the box.
  func decode(_ logits: [Float], classes: Int) -> Segmentation {
    let side = geometry.inputSide
    precondition(logits.count == classes * side * side, "one logit a class and pixel")
    let softmax = Self.softmax(logits, classes: classes, count: side * side)
    let probabilities = upsample(softmax, classes: classes)
    let labels = Self.argMax(probabilities, classes: classes, count: rows.count * columns.count)
    let mask = LabelMask(
      width: columns.count, height: rows.count, spacing: geometry.spacing, labels: labels)
    return Segmentation(
      mask: mask,
      probabilities: ClassProbabilities(
        width: mask.width, height: mask.height, spacing: mask.spacing, values: probabilities))
  }

  private static func softmax(_ logits: [Float], classes: Int, count: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: logits.count) { output, initialized in
      for pixel in 0..<count {
        var peak = logits[pixel]
        for k in 1..<classes { peak = max(peak, logits[k * count + pixel]) }
        var sum: Float = 0
        for k in 0..<classes {
          let value = expf(logits[k * count + pixel] - peak)
          output[k * count + pixel] = value
          sum += value
        }
        for k in 0..<classes { output[k * count + pixel] /= sum }
      }
      initialized = logits.count
    }
  }

  private func upsample(_ softmax: [Float], classes: Int) -> [Float] {
    let side = geometry.inputSide
    let width = columns.count
    let count = classes * width * rows.count
    return [Float](unsafeUninitializedCapacity: count) { output, initialized in
      var line = [Float](repeating: 0, count: side)
      for k in 0..<classes {
        for (y, row) in rows.enumerated() {
          let low = (k * side + row.low) * side
          let high = (k * side + row.high) * side
          for u in 0..<side {
            line[u] = softmax[low + u] + row.weight * (softmax[high + u] - softmax[low + u])
          }
          let start = (k * rows.count + y) * width
          for (x, column) in columns.enumerated() {
            output[start + x] = line[column.low] + column.weight * (line[column.high] - line[column.low])
          }
        }
      }
      initialized = count
    }
  }

  private static func argMax(_ probabilities: [Float], classes: Int, count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { labels, initialized in
      for pixel in 0..<count {
        var best = probabilities[pixel]
        var label: UInt8 = 0
        for k in 1..<classes where probabilities[k * count + pixel] > best {
          best = probabilities[k * count + pixel]
          label = UInt8(k)
        }
        labels[pixel] = label
      }
      initialized = count
    }
  }
}
