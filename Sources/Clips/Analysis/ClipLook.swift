import Foundation
import Hinge
import Study

/// What the frames of a clip that were looked at say of its view: whether their labels are arranged as in an apical
/// view, and what the network's view head makes of them.
package struct ClipLook: Sendable {
  /// By the frame's index.
  private var frames: [Int: Frame] = [:]
  private let head: ModelCard.ViewHead?

  /// What one frame says.
  package struct Frame: Sendable {
    /// The logits of the view head.
    var vote: [Float]?
    /// Whether the labels are arranged as in an apical view.
    var isPlausible: Bool
    /// On which sides of the display an outflow tract seems to lie beside the annulus.
    var outflow = OutflowTract.Signs()
  }

  package enum Verdict: Sendable, Equatable {
    case apical
    case notApical
    /// So near a limit that other frames of the clip might say otherwise.
    case doubtful
  }

  /// - Parameter head: `nil` for a network without one, whose clips are judged by their labels alone.
  package init(_ head: ModelCard.ViewHead?) { self.head = head }

  package mutating func add(_ found: [Int: Frame]) { frames.merge(found) { old, _ in old } }

  func hasSeen(_ index: Int) -> Bool { frames[index] != nil }

  package var count: Int { frames.count }

  /// Which view the network takes the clip for; `nil` without a view head.
  package var picture: PictureView? {
    let votes = frames.sorted { $0.key < $1.key }.compactMap(\.value.vote)
    return head?.pictureView(of: votes)?.withOutflowTract(left: outflow.left, right: outflow.right)
  }

  /// On which sides most of the frames that hold together show an outflow tract beside the annulus.
  private var outflow: OutflowTract.Signs {
    let judged = frames.values.filter(\.isPlausible)
    return OutflowTract.Signs(
      left: judged.count(where: \.outflow.left) * 2 > judged.count,
      right: judged.count(where: \.outflow.right) * 2 > judged.count)
  }

  /// The probability from which on the picture's view is claimed; `nil` without a view head.
  var claimThreshold: Double? { head?.claim }

  /// The share of the frames whose labels are arranged as in an apical view.
  var plausibleShare: Double {
    frames.isEmpty ? 0 : Double(frames.values.count(where: \.isPlausible)) / Double(frames.count)
  }

  /// Chambers leak while the valve is open, in a poor loop on many frames: of apical loops of six scanners five to ten in
  /// ten hold together, of others none to five in ten. Without a view head the labels alone must tell.
  private var leastShare: Double { head == nil ? 0.5 : 0.4 }
  /// How far from its limit a share or a probability of a dozen frames must be for the whole clip's not to lie beyond:
  /// three standard deviations of a share of a dozen frames are 0.4, but neighbouring frames go together.
  private static let margin = 0.25

  /// What all frames that were looked at say together.
  package var isApical: Bool {
    plausibleShare >= leastShare && (apicalProbability ?? 1) >= (head?.apical ?? 0)
  }

  private var apicalProbability: Double? { picture.map { 1 - ($0.probabilities[.other] ?? 0) } }

  /// What may be said before every frame was looked at.
  package var verdict: Verdict {
    let share = plausibleShare - leastShare
    let probability = apicalProbability.map { $0 - (head?.apical ?? 0) } ?? 1
    if share <= -Self.margin || probability <= -Self.margin { return .notApical }
    if share < Self.margin || probability < Self.margin { return .doubtful }
    return isClaimSure ? .apical : .doubtful
  }

  /// Whether few frames are enough: labels and view head agree that no frame is of an apical view.
  var showsPlainlyAnotherView: Bool {
    !frames.isEmpty && plausibleShare == 0 && (apicalProbability ?? 1) <= Self.plainProbability
  }

  private static let plainProbability = 0.05

  /// Whether the likeliest view's probability is clearly above or below that from which on it is claimed.
  private var isClaimSure: Bool {
    guard let head, let (_, probability) = picture?.likeliest else { return true }
    let odds = Self.logOdds(probability) - Self.logOdds(head.claim)
    return abs(odds) > Self.sureOdds
  }

  /// Between parts of one clip the log odds of its view differ by some 0.5.
  private static let sureOdds = 1.0

  private static func logOdds(_ probability: Double) -> Double {
    let bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return log(bounded / (1 - bounded))
  }

  /// What speaks against an apical view, for a person.
  package var objection: String {
    let share = "\(Int((plausibleShare * 100).rounded())) % of \(count) frames"
    let opening = apicalProbability.map {
      "The picture is taken for an apical view with a probability of \(Int(($0 * 100).rounded())) %, and a"
    }
    return (opening ?? "A") + " left ventricle above a left atrium was found on \(share)."
  }
}

extension ClipLook.Frame {
  package init(_ segmentation: Segmentation) {
    let arrangement = ChamberArrangement(segmentation.labels)
    vote = segmentation.viewLogits
    isPlausible = ApicalPlausibility.faults(of: arrangement).isEmpty
    outflow = OutflowTract.sides(of: arrangement)
  }
}
