import Hinge
import Platform

/// A correction as a result keeps it: what was said, of which bytes, and of which pixels.
package struct AppliedCorrection: Recorded, Equatable {
  /// Of the correction's file.
  package var sha256: String
  package var resultSHA256: String
  package var reader: String?
  package var clips: [Clip]
  /// When it came, ISO 8601 in UTC; `nil` in results of versions that did not note it.
  package var time: String?

  package init(
    sha256: String, resultSHA256: String, reader: String? = nil, clips: [Clip], time: String? = nil
  ) {
    self.sha256 = sha256
    self.resultSHA256 = resultSHA256
    self.reader = reader
    self.clips = clips
    self.time = time
  }

  package struct Clip: Recorded, Equatable {
    package var said: ReaderCorrection.Clip
    /// Of the clip that it was said of (`PixelDigest`); `nil` where it is not known.
    package var pixels: String?
    /// The clip shows other pixels now, and the word waits for a person.
    package var isEarlier: Bool

    package init(said: ReaderCorrection.Clip, pixels: String? = nil, isEarlier: Bool = false) {
      self.said = said
      self.pixels = pixels
      self.isEarlier = isEarlier
    }

    package static let form = RecordForm<Self>(Self.init, "readerWord") {
      Field("said", \.said, .record)
      Field("pixel_digest", \.pixels, .sha256, "Of the clip that it was said of.")
      Field(
        "is_earlier", \.isEarlier, .flag,
        "The clip shows other pixels now: the word is not applied, and is to be asked for again.")
    }
  }

  package static let form = RecordForm<Self>(Self.init, "correction") {
    Field("sha256", \.sha256, .sha256, "Of the correction's file.")
    Field("result_sha256", \.resultSHA256, .sha256)
    Field("reader", \.reader, .text)
    Field("clips", \.clips, .list(.record))
    Field("time", \.time, .text, "When it came, ISO 8601 in UTC.", presence: .whereKnown)
  }
}

/// All that readers said of one clip, later words over earlier ones.
struct ReaderWord: Equatable {
  /// Who spoke last; those below, who said just that.
  var reader: String?
  var view: EchoView?
  var viewBy: String?
  var mirrored: Bool?
  var verdict: ReaderCorrection.Verdict?
  var verdictBy: String?
  var remark: String?
  var measurements: [CyclePhase: ReaderCorrection.Measurement] = [:]
  var measurementsBy: [CyclePhase: String] = [:]

  /// - Returns: `nil` where nothing was said.
  init?(_ words: [(reader: String?, said: ReaderCorrection.Clip)]) {
    if words.isEmpty { return nil }
    for (reader, said) in words {
      self.reader = reader ?? self.reader
      if let view = said.view { (self.view, viewBy, mirrored) = (view, reader, said.mirrored) }
      remark = said.remark ?? remark
      let measurements = said.measurements ?? []
      for measurement in measurements {
        self.measurements[measurement.phase] = measurement
        measurementsBy[measurement.phase] = reader
      }
      // Who sets points anew, or the view, does not reject what comes of them.
      let isKept = said.verdict == nil && measurements.isEmpty && said.view == nil
      if !isKept { (verdict, verdictBy) = (said.verdict, said.verdict == nil ? nil : reader) }
    }
  }
}

extension StudyReport {
  /// Why a correction cannot be applied; `nil` where it can be.
  /// - Parameter corrected: The result that the reader saw, this one or one before it; `nil` where none has its digest.
  package func refusal(of correction: ReaderCorrection, seenIn corrected: StudyReport?) -> String? {
    guard correction.studyInstanceUID == study.uid else { return "The correction is of another study." }
    guard let corrected else {
      return "result_sha256 is of no result of this study that is in the outbox; correct the latest one."
    }
    for said in correction.clips ?? [] {
      guard let clip = clip(said.sopInstanceUID), let seen = corrected.clip(said.sopInstanceUID) else {
        return "The study has no clip \(said.sopInstanceUID)."
      }
      if !isSameClip(clip, seen, in: corrected) {
        return "Clip \(said.sopInstanceUID) is another one than in the result that was corrected."
      }
      if let fault = clip.refusal(of: said) { return "Clip \(said.sopInstanceUID): \(fault)" }
    }
    return nil
  }

  package func clip(_ uid: String) -> ClipReport? { clips.first { $0.sopInstanceUID == uid } }

  private func isSameClip(_ clip: ClipReport, _ seen: ClipReport, in other: StudyReport) -> Bool {
    if let pixels = clip.pixels, let seenPixels = seen.pixels { return pixels == seenPixels }
    return bytes(of: clip.sopInstanceUID) == other.bytes(of: clip.sopInstanceUID)
  }

  private func bytes(of uid: String) -> [String] {
    inputs.filter { $0.sopInstanceUID == uid && $0.state != .held && $0.state != .ignored }.map(\.sha256)
  }

  /// Takes a correction up, in the clips and in the list of corrections.
  /// - Precondition: nothing speaks against it.
  package mutating func add(_ correction: ReaderCorrection, sha256: String, time: String? = nil) {
    let clips = (correction.clips ?? []).map { said in
      AppliedCorrection.Clip(said: said, pixels: clip(said.sopInstanceUID)?.pixels)
    }
    corrections =
      (corrections ?? []) + [
        AppliedCorrection(
          sha256: sha256, resultSHA256: correction.resultSHA256, reader: correction.reader, clips: clips,
          time: time)
      ]
    applyCorrections()
  }

  /// Says in every clip what readers said of it, over what the program found; may be repeated.
  package mutating func applyCorrections() {
    guard var corrections, !corrections.isEmpty else { return }
    for place in clips.indices {
      let found = clips[place].withoutReader
      var words: [(reader: String?, said: ReaderCorrection.Clip)] = []
      var isEarlier = false
      for index in corrections.indices {
        for word in corrections[index].clips.indices {
          let kept = corrections[index].clips[word]
          guard kept.said.sopInstanceUID == found.sopInstanceUID else { continue }
          let differs = kept.pixels != nil && found.pixels != nil && kept.pixels != found.pixels
          let fits = !differs && found.refusal(of: kept.said) == nil
          corrections[index].clips[word].isEarlier = !fits
          if fits { words.append((corrections[index].reader, kept.said)) } else { isEarlier = true }
        }
      }
      clips[place] = ReaderWord(words).map(found.corrected) ?? found
      if isEarlier { clips[place].doubt([.earlierReadersWord]) }
    }
    self.corrections = corrections
  }
}
