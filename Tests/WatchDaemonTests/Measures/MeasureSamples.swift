import Hinge

@testable import Phantom
@testable import Study
@testable import WatchDaemon

/// Clips with beats whose geometry is known.
enum MeasureSamples {
  static func section(_ length: Double, _ diameter: Double) -> BeatGeometry.Section {
    .init(
      length: length, area: length * diameter,
      discs: [Double](repeating: diameter, count: ChamberSection.discs))
  }

  static func beat(
    _ start: Int = 10, diameter: Double = 34, length: Double = 85, left: Double = 12, right: Double = 14,
    drift: Double? = 0.5, isReference: Bool = true
  ) -> ClipReport.Beat {
    let diastole = BeatGeometry.Frame(
      diameter: diameter, ventricle: section(length, 40), atrium: section(35, 35))
    let systole = BeatGeometry.Frame(
      diameter: diameter - 4, ventricle: section(length - 13, 30), atrium: section(48, 40))
    var beat = ClipReport.Beat(
      edFrame: start, esFrame: start + 12, source: .areaCurve, reference: isReference)
    beat.nextEDFrame = start + 30
    beat.cycleMilliseconds = 900
    beat.geometry = BeatGeometry(
      endDiastole: diastole, endSystole: systole, excursion: .init(left: left, right: right, drift: drift))
    return beat
  }

  static func clip(
    _ view: EchoView, uid: String = "1.2.3.4.1", beats: [ClipReport.Beat] = [beat()]
  ) -> ClipReport {
    var clip = SampleReport.measured
    clip.sopInstanceUID = uid
    clip.view = .init(code: view, source: view == .apical ? .model : .operator, mirrored: false)
    clip.beats = beats
    return clip
  }
}
