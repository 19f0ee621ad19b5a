import Hinge

/// How far a segmented structure agrees with the truth.
struct StructureAgreement: Codable, Equatable, Sendable {
  /// 2 |A and B| / (|A| + |B|); 1 where both are empty.
  var dice: Double
  /// The mean of the two directed mean distances between the boundaries, in millimetres; `nil` where one is empty.
  var meanAbsoluteDistance: Double?
  /// The largest of all distances from one boundary to the other, in millimetres.
  var hausdorff: Double?

  /// Boundaries are the structure's pixels with a 4-neighbour outside of it, distances those of pixel centres.
  init(_ label: ChamberLabel, prediction: LabelMask, truth: LabelMask) {
    let a = BinaryMask(prediction, label)
    let b = BinaryMask(truth, label)
    let both = a.count + b.count
    dice = both == 0 ? 1 : 2 * Double(a.intersection(b).count) / Double(both)
    guard !a.isEmpty, !b.isEmpty else { return }
    let there = a.boundary.distances(to: b.boundary, spacing: truth.spacing)
    let back = b.boundary.distances(to: a.boundary, spacing: truth.spacing)
    meanAbsoluteDistance = ((Percentiles.mean(there) ?? 0) + (Percentiles.mean(back) ?? 0)) / 2
    hausdorff = max(there.max() ?? 0, back.max() ?? 0)
  }

  enum CodingKeys: String, CodingKey {
    case dice
    case meanAbsoluteDistance = "mad_mm"
    case hausdorff = "hausdorff_mm"
  }
}
