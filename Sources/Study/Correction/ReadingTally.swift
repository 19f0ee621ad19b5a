import Hinge
import Platform

/// What readers did with clips, and how far their points lie from the program's.
package struct ReadingTally: Sendable, Equatable {
  package var accepted = 0
  package var corrected = 0
  package var rejected = 0
  /// Millimetres from the program's point to the reader's, of points that a reader set in the program's frame.
  package var distances: [Double] = []
  /// Frames that a reader set or accepted, and how many of them have both of the program's points within 5 mm.
  package var frames = 0
  package var framesWithin5Millimetres = 0
  /// The program's diameter and the reader's, in millimetres.
  package var diameters: [Pair] = []

  package struct Pair: Sendable, Equatable {
    package var program: Double
    package var reader: Double
    package var difference: Double { program - reader }
  }

  package init() {}

  package var read: Int { accepted + corrected + rejected }
  package var meanDistance: Double? { Percentiles.mean(distances) }
  package var differences: [Double] { diameters.map(\.difference) }
  package var shareWithin5Millimetres: Double? {
    frames > 0 ? Double(framesWithin5Millimetres) / Double(frames) : nil
  }
}

extension ReadingTally {
  /// By the view that the program's numbers were of.
  package static func byView(_ clips: [ClipReport]) -> [EchoView: ReadingTally] {
    var tallies: [EchoView: ReadingTally] = [:]
    for clip in clips where clip.reader != nil {
      tallies[(clip.view.machine?.code ?? clip.view.code), default: ReadingTally()].add(clip)
    }
    return tallies
  }

  /// Takes a clip in that a reader spoke of.
  package mutating func add(_ clip: ClipReport) {
    let isCorrected = clip.view.machine != nil || clip.measurements.contains { $0.source == .reader }
    if clip.reader?.verdict == .rejected {
      rejected += 1
      return
    }
    if isCorrected { corrected += 1 } else if clip.reader?.verdict == .accepted { accepted += 1 }
    guard let spacing = clip.spacing.map({ PixelSpacing(x: $0.x, y: $0.y) }) else { return }
    for measurement in clip.measurements {
      if measurement.source == .reader {
        compare(measurement, spacing)
      } else if clip.reader?.verdict == .accepted {
        frames += 1
        framesWithin5Millimetres += 1
      }
    }
  }

  private mutating func compare(_ measurement: PhaseMeasurement, _ spacing: PixelSpacing) {
    guard let machine = measurement.machine, machine.frame == measurement.frame,
      machine.hingePoints.count == 2, measurement.hingePoints.count == 2
    else { return }
    let moved = zip(machine.hingePoints, measurement.hingePoints).map { found, read in
      spacing.distance(Point(x: found.x, y: found.y), Point(x: read.x, y: read.y))
    }
    for (distance, read) in zip(moved, measurement.hingePoints) where read.source == .reader {
      distances.append(distance)
    }
    frames += 1
    if moved.allSatisfy({ $0 <= 5 }) { framesWithin5Millimetres += 1 }
    if let found = machine.annulusDiameterMillimetres, let read = measurement.annulusDiameterMillimetres {
      diameters.append(Pair(program: found, reader: read))
    }
  }
}

/// What readers did with the clips of one view, in numbers that add up.
package struct ViewReading: Recorded, Equatable {
  package var view: EchoView
  package var accepted: Int
  package var corrected: Int
  package var rejected: Int
  package var pointsMoved: Int
  /// Millimetres that the points were moved, added up.
  package var distance: Double
  package var frames: Int
  package var framesWithin5Millimetres: Int

  package static let form = RecordForm<Self>(
    Self.init(view:accepted:corrected:rejected:pointsMoved:distance:frames:framesWithin5Millimetres:),
    "reading"
  ) {
    Field("view", \.view, .word, "That the program's numbers were of.")
    Field("accepted", \.accepted, .integer())
    Field("corrected", \.corrected, .integer())
    Field("rejected", \.rejected, .integer())
    Field("points_moved", \.pointsMoved, .integer())
    Field("distance_mm", \.distance, .number(3, "mm", min: 0), "That the points were moved, added up.")
    Field("frames", \.frames, .integer(), "That a reader set or accepted.")
    Field("frames_within_5_mm", \.framesWithin5Millimetres, .integer())
  }
}

extension ViewReading {
  package init(_ view: EchoView, _ tally: ReadingTally) {
    self.init(
      view: view, accepted: tally.accepted, corrected: tally.corrected, rejected: tally.rejected,
      pointsMoved: tally.distances.count, distance: tally.distances.reduce(0, +), frames: tally.frames,
      framesWithin5Millimetres: tally.framesWithin5Millimetres)
  }

  package static func all(in clips: [ClipReport]) -> [ViewReading]? {
    let tallies = ReadingTally.byView(clips)
    if tallies.isEmpty { return nil }
    return tallies.map { ViewReading($0.key, $0.value) }.sorted { $0.view.rawValue < $1.view.rawValue }
  }

  package static func + (a: Self, b: Self) -> Self {
    ViewReading(
      view: a.view, accepted: a.accepted + b.accepted, corrected: a.corrected + b.corrected,
      rejected: a.rejected + b.rejected, pointsMoved: a.pointsMoved + b.pointsMoved,
      distance: a.distance + b.distance, frames: a.frames + b.frames,
      framesWithin5Millimetres: a.framesWithin5Millimetres + b.framesWithin5Millimetres)
  }

  /// `A4C 1 accepted, 2 corrected`.
  package var text: String {
    let words = [(accepted, "accepted"), (corrected, "corrected"), (rejected, "rejected")]
    return "\(view.rawValue) " + words.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }
}
