import Hinge

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
