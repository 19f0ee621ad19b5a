import Hinge

/// The classes of every pixel of the network's grid, which has square pixels. Hinge points are taken here: on the
/// stored frame's finer grid they are no more exact and take many times longer.
package struct Segmentation: Sendable {
  /// Softmax, K x H x W.
  package var probabilities: ClassProbabilities
  /// Arg-max, H x W.
  package var labels: LabelMask
  /// Of a network that has maps for the hinge points.
  package var landmarks: HingeLandmarks?
  /// Of a network that tells the view from the whole picture: one a channel of its view head.
  var viewLogits: [Float]?

  /// - Parameters:
  ///   - logits: K x H x W of the network, the classes first.
  ///   - channels: which of the K are the hinge points' maps.
  package init(logits: [Float], geometry: InputGeometry, landmarks channels: ModelCard.Landmarks? = nil) {
    let side = geometry.inputSide
    precondition(logits.count >= ClassProbabilities.classes * side * side, "one logit a class and pixel")
    landmarks = channels.map { Self.landmarks($0, logits: logits, geometry: geometry) }
    let classes = SoftmaxLabels(logits: logits, count: side * side)
    probabilities = ClassProbabilities(
      width: side, height: side, spacing: geometry.inputSpacing, values: classes.probabilities)
    labels = LabelMask(width: side, height: side, spacing: geometry.inputSpacing, labels: classes.labels)
  }

  private static func landmarks(
    _ channels: ModelCard.Landmarks, logits: [Float], geometry: InputGeometry
  ) -> HingeLandmarks {
    let side = geometry.inputSide
    return logits.withUnsafeBufferPointer { values in
      func distribution(_ channel: Int) -> LandmarkDistribution {
        LandmarkDistribution(
          logits: UnsafeBufferPointer(rebasing: values[channel * side * side..<(channel + 1) * side * side]),
          width: side, spacing: geometry.inputSpacing, temperature: channels.temperature)
      }
      return HingeLandmarks(left: distribution(channels.left), right: distribution(channels.right))
    }
  }
}

/// From the network's grid to the grid of a box of the stored frame, for pictures and for comparison with a truth.
package struct MaskDecoding: Sendable {
  package let geometry: InputGeometry
  /// Two neighbours and the weight of the second, for one row or column of the box.
  private struct Neighbours {
    var low: Int
    var high: Int
    var weight: Float
  }
  private let columns: [Neighbours]
  private let rows: [Neighbours]

  package init(geometry: InputGeometry) {
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

  /// The most probable class of each pixel of the box, the probabilities interpolated linearly.
  package func labels(_ segmentation: Segmentation) -> LabelMask {
    probabilities(segmentation.probabilities).labels()
  }

  /// The probabilities on the box's grid, interpolated linearly.
  package func probabilities(_ source: ClassProbabilities) -> ClassProbabilities {
    let side = geometry.inputSide
    let width = columns.count
    let count = ClassProbabilities.classes * width * rows.count
    let values = [Float](unsafeUninitializedCapacity: count) { output, initialized in
      var line = [Float](repeating: 0, count: side)
      for k in 0..<ClassProbabilities.classes {
        for (y, row) in rows.enumerated() {
          let low = (k * side + row.low) * side
          let high = (k * side + row.high) * side
          for u in 0..<side {
            line[u] = source.values[low + u] + row.weight * (source.values[high + u] - source.values[low + u])
          }
          let start = (k * rows.count + y) * width
          for (x, column) in columns.enumerated() {
            output[start + x] = line[column.low] + column.weight * (line[column.high] - line[column.low])
          }
        }
      }
      initialized = count
    }
    return ClassProbabilities(
      width: width, height: rows.count, spacing: geometry.spacing, values: values)
  }
}

/// A label mask as runs of equal labels, row by row: a hundredth of its size, so that a whole clip's masks can be
/// kept until its reports are written.
package struct RunLengthMask: Sendable, Equatable {
  private struct Run: Sendable, Equatable {
    var label: UInt8
    var length: Int32
  }

  package let width: Int
  package let height: Int
  package let spacing: PixelSpacing
  private var runs: [Run] = []

  package init(_ mask: LabelMask) {
    width = mask.width
    height = mask.height
    spacing = mask.spacing
    var start = 0
    while start < mask.labels.count {
      let label = mask.labels[start]
      var end = start + 1
      while end < mask.labels.count, mask.labels[end] == label { end += 1 }
      runs.append(Run(label: label, length: Int32(end - start)))
      start = end
    }
  }

  var labelMask: LabelMask {
    var labels: [UInt8] = []
    labels.reserveCapacity(width * height)
    for run in runs { labels.append(contentsOf: repeatElement(run.label, count: Int(run.length))) }
    return LabelMask(width: width, height: height, spacing: spacing, labels: labels)
  }
}
