import Dispatch
import Platform
import Study

/// The sampled frames of a clip that is yet to be analysed, and where its sector lies in them: decoded on a thread of
/// its own while the clips before it are worked on, since a study's clips would otherwise wait for their decoders one
/// after the other. What it finds is what the analysis finds without it.
package final class SampleAhead: Sendable {
  /// Frames, and the first of the regions.
  struct Sample: Sendable {
    var frames: [DecodedFrame]
    var first: SampledRegion?
  }

  private struct State {
    var sample: Sample?
    var isWanted = true
  }

  private let state = Guarded(State())
  private let work = DispatchGroup()

  /// - Returns: `nil` for a clip of which no frame will be asked for, by its header.
  package init?(of file: StudyFile) {
    guard case .eligible(let regions) = HeaderGate.check(file.header) else { return nil }
    DispatchQueue.global().async(group: work) { [self] in
      // What goes wrong is left to the analysis, which meets it again and says it of the clip.
      guard let frames = try? ClipSampling.decodedFrames(of: file, mayGoOn: { isWanted }) else { return }
      guard isWanted else { return }
      let first = ClipSampling.ordered(regions).first.map { SampledRegion($0, frames) }
      state.withLock { $0.sample = Sample(frames: frames, first: first) }
    }
  }

  /// Nobody will ask for it.
  package func cancel() { state.withLock { $0.isWanted = false } }

  private var isWanted: Bool { state.withLock { $0.isWanted } }

  /// How often whoever waits asks whether it may go on.
  private static let pauseMilliseconds = 50

  /// Waits until it is there.
  /// - Returns: `nil` where the frames could not be had.
  func sample(_ checkpoint: Checkpoint) throws(Checkpoint.Stop) -> Sample? {
    try checkpoint.pass(.decoding)
    while work.wait(timeout: .now() + .milliseconds(Self.pauseMilliseconds)) == .timedOut {
      try checkpoint.pass(.decoding)
    }
    return state.withLock { $0.sample }
  }
}

/// The samples of a study's next clips, as many at once as there are threads.
package final class SamplesAhead {
  private let width: Int
  /// By the clip's place; those that were begun and not taken.
  private var begun: [Int: SampleAhead] = [:]
  /// The first place that was not looked at.
  private var next = 0

  /// - Parameter threads: With one there is none to spare, and nothing is begun.
  package init(threads: Int) { width = threads > 1 ? threads : 0 }

  deinit { for sample in begun.values { sample.cancel() } }

  /// Gives up the sample of a clip, where it was begun, and begins those of the clips behind it.
  package func take(_ place: Int, of files: [StudyFile]) -> SampleAhead? {
    let taken = begun.removeValue(forKey: place)
    next = max(next, place + 1)
    while begun.count < width, next < files.count {
      begun[next] = SampleAhead(of: files[next])
      next += 1
    }
    return taken
  }
}

/// What the sampled frames show of a region, without the network.
struct SampledRegion: Sendable {
  let region: ImageRegion
  /// `nil` where no sector moves.
  let target: ClipTarget?
  let showsColour: Bool

  init(_ region: ImageRegion, _ frames: [DecodedFrame]) {
    self.region = region
    target = ClipTarget(region, frames: frames)
    showsColour =
      ColourJudgement(frames, box: target?.box ?? region.box, sector: target?.sector.mask).showsColour
  }
}
