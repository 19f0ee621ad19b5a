import Hinge

/// Every measure of a study, in the order in which they are reported: formula, source and withholding rule in one
/// place. `docs/MEASURES.md` repeats it for people.
package enum MeasureTable {
  package static let measures: [Measure] =
    views.flatMap(diameters) + excursions + [.endDiastole, .endSystole].map(annulusArea)
    + [.endDiastole, .endSystole].map(ventricleVolume) + [ejectionFraction] + views.flatMap(ventricles)
    + views.flatMap(lengths) + CyclePhase.allCases.map(sphericity) + [atrialVolume] + views.flatMap(atria) + [
      heartRate
    ]
    + CyclePhase.allCases.map(apicalDiameter) + indices

  package static func measure(named name: String) -> Measure? { measures.first { $0.name == name } }

  private static let views = EchoView.measured

  // What several measures say of themselves.
  private static let discsSource =
    "\(ReferenceRange.chamberQuantification); Schiller et al., J Am Soc Echocardiogr 2, 1989, 358-367"
  private static let pointsSource = "Schmidt and Overhoff, arXiv 2301.08782, 2023"
  private static let pointsRule = "withheld where the hinge points of the frame are not found or not trusted"
  private static let ventricleRule =
    pointsRule + ", or where more than 10 % of the ventricle's outline lie at the sector's edge"
  private static let atriumRule =
    pointsRule + ", or where more than 10 % of the atrium's outline lie at the sector's edge"
  private static let lengthsRule = "; withheld where the two lengths differ by more than 10 %"
  private static let perBeat = "; the mean of the clip's beats"
  private static let ofBeatsTogether =
    ", of the reference beats, or where the chamber's lengths differ by more than 10 % of the beats whose lengths "
    + "differ least"

  private static func diameters(_ view: EchoView) -> [Measure] {
    let name = "Mitral annulus diameter \(view.rawValue)"
    let atPhase = CyclePhase.allCases.map { phase in
      Measure(
        name: "\(name) \(phase.rawValue)", unit: "mm", code: MeasureConcept.diameter(view, phase),
        modifiers: [.mitralAnnulus, .view(view), .at(phase)],
        formula: "distance of the two hinge points" + perBeat, source: pointsSource, rule: pointsRule,
        confidence: .hingePoints,
        origin: .beats(view) { beat, _ in beat.frame(phase).annulus })
    }
    let change = Measure(
      name: "Mitral annulus fractional change \(view.rawValue)", unit: "%", code: nil,
      modifiers: [.mitralAnnulus, .view(view)],
      formula: "(diameter ED - diameter ES) / diameter ED" + perBeat, source: pointsSource, rule: pointsRule,
      origin: .beats(view) { beat, _ in
        beat.endDiastole.annulus.combined(beat.endSystole.annulus) { ($0 - $1) / $0 * 100 }
      })
    return atPhase + [change]
  }

  /// What can be said of an apical clip, whatever its view.
  private static func apicalDiameter(_ phase: CyclePhase) -> Measure {
    Measure(
      name: "Mitral annulus diameter apical \(phase.rawValue)", unit: "mm", code: Concept.diameter,
      modifiers: [.mitralAnnulus, .at(phase)],
      formula: "distance of the two hinge points in the best apical clip, of whichever view" + perBeat,
      source: pointsSource, rule: pointsRule, confidence: .hingePoints,
      origin: .anyView { beat, _ in beat.frame(phase).annulus })
  }

  private static let indices: [Measure] =
    CyclePhase.allCases.map { phase in
      index(
        of: ventricleVolume(phase), "LV volume index biplane \(phase.rawValue)",
        MeasureConcept.ventricleIndex(phase),
        phase == .endDiastole ? ReferenceRange.endDiastolicIndex : [])
    } + [
      index(
        of: atrialVolume, "LA volume index biplane ES", MeasureConcept.atrialIndex, ReferenceRange.atrialIndex
      )
    ]

  /// A volume by body surface area.
  private static func index(
    of volume: Measure, _ name: String, _ code: CodedConcept, _ ranges: [ReferenceRange]
  ) -> Measure {
    Measure(
      name: name, unit: "mL/m2", code: code, modifiers: volume.modifiers,
      formula: "\(volume.name) / body surface area, 0.007184 · weight^0.425 · height^0.725 in kg and cm",
      source: "\(ReferenceRange.chamberQuantification); surface: Du Bois, Arch Intern Med 17, 1916, 863-871",
      rule: volume.rule + ", or where the files do not state the patient's height and weight", ranges: ranges,
      origin: .byBodySurface(of: volume.name))
  }

  private static let excursions: [Measure] = [
    excursion("septal", .a4c, [.init(Concept.findingSite, Concept.septalAnnulus)]) {
      $0.excursion(at: .septal, $1)
    },
    excursion("lateral", .a4c, [.init(Concept.findingSite, Concept.lateralAnnulus)]) {
      $0.excursion(at: .lateral, $1)
    },
    excursion("mean", .a4c, [.mitralAnnulus]) { beat, view in
      beat.excursion(at: .septal, view).combined(beat.excursion(at: .lateral, view)) { ($0 + $1) / 2 }
    },
    excursion("anterior", .a2c, [.mitralAnnulus, .init(Concept.topographicalModifier, Concept.anterior)]) {
      $0.excursion(at: .anterior, $1)
    },
    excursion("inferior", .a2c, [.mitralAnnulus, .init(Concept.topographicalModifier, Concept.inferior)]) {
      $0.excursion(at: .inferior, $1)
    },
  ]

  private static func excursion(
    _ site: String, _ view: EchoView, _ place: [Measure.Modifier],
    _ value: @escaping @Sendable (BeatGeometry, ClipReport.View) -> Result<Double, ReasonCode>
  ) -> Measure {
    let points = site == "mean" ? "mean of septal and lateral" : "the \(site) hinge point"
    return Measure(
      name: "MAPSE \(site)", unit: "mm", code: MeasureConcept.excursion, modifiers: place + [.view(view)],
      formula: "largest displacement of \(points) towards the apex from ED to ES, along the long axis at ED, "
        + "less the Theil-Sen drift of the epicardial apex over the whole beat" + perBeat,
      source: "\(ReferenceRange.planeExcursion); drift: Sen, J Am Stat Assoc 63, 1968, 1379-1389",
      rule: pointsRule
        + ", or with fewer than 5 measured frames from ED to ES; to be reviewed where no beat is "
        + "whole, so that the drift is not removed",
      confidence: .hingePoints, prefersDriftRemoved: true, origin: .beats(view, value))
  }

  private static func annulusArea(_ phase: CyclePhase) -> Measure {
    Measure(
      name: "Mitral annulus area \(phase.rawValue)", unit: "cm2", code: MeasureConcept.area,
      modifiers: [.mitralAnnulus, .at(phase), .ellipse],
      formula: "pi/4 · diameter A4C · diameter A2C" + ofBeatsTogether,
      source: "Ormiston et al., Circulation 64, 1981, 113-120",
      rule: pointsRule + ", in either view", confidence: .hingePoints,
      origin: .bothViews(matching: .ventricle) { a, b in
        a.frame(phase).annulus.combined(b.frame(phase).annulus, AnnulusEllipse.area)
      })
  }

  private static func ventricleVolume(_ phase: CyclePhase) -> Measure {
    Measure(
      name: "LV volume biplane \(phase.rawValue)", unit: "mL", code: MeasureConcept.ventricleVolume(phase),
      modifiers: [.leftVentricle, .at(phase), .biplane],
      formula: "pi/4 · L/20 · sum(a·b) over 20 discs perpendicular to the axis from the middle of the hinge "
        + "points to the apex, L the longer of the two lengths" + ofBeatsTogether,
      source: discsSource, rule: ventricleRule + lengthsRule,
      origin: .bothViews(matching: .ventricle) { a, b in
        biplane(a.frame(phase).chamber, b.frame(phase).chamber)
      })
  }

  private static let ejectionFraction = Measure(
    name: "LV ejection fraction biplane", unit: "%", code: MeasureConcept.ejectionFraction,
    modifiers: [.leftVentricle, .biplane],
    formula: "(volume ED - volume ES) / volume ED, of the biplane volumes", source: discsSource,
    rule: ventricleRule + lengthsRule, ranges: ReferenceRange.ejectionFraction,
    origin: .bothViews(matching: .ventricle) { a, b in
      fraction(
        biplane(a.endDiastole.chamber, b.endDiastole.chamber),
        biplane(a.endSystole.chamber, b.endSystole.chamber))
    })

  private static func ventricles(_ view: EchoView) -> [Measure] {
    let volumes = CyclePhase.allCases.map { phase in
      Measure(
        name: "LV volume \(view.rawValue) \(phase.rawValue)", unit: "mL",
        code: view.facts.measures?.ventricleVolume(phase),
        modifiers: [.leftVentricle, .view(view), .at(phase), .singlePlane],
        formula: "pi/4 · L/20 · sum(a·a) over 20 discs" + perBeat, source: discsSource, rule: ventricleRule,
        origin: .beats(view) { beat, _ in beat.frame(phase).chamber.map(MethodOfDiscs.volume) })
    }
    let ejection = Measure(
      name: "LV ejection fraction \(view.rawValue)", unit: "%", code: view.facts.measures?.ejectionFraction,
      modifiers: [.leftVentricle, .view(view), .singlePlane],
      formula: "(volume ED - volume ES) / volume ED, of the single-plane volumes" + perBeat,
      source: discsSource, rule: ventricleRule,
      origin: .beats(view) { beat, _ in
        fraction(
          beat.endDiastole.chamber.map(MethodOfDiscs.volume),
          beat.endSystole.chamber.map(MethodOfDiscs.volume))
      })
    return volumes + [ejection]
  }

  private static func lengths(_ view: EchoView) -> [Measure] {
    CyclePhase.allCases.map { phase in
      Measure(
        name: "LV length \(view.rawValue) \(phase.rawValue)", unit: "mm",
        code: view.facts.measures?.ventricleLength(phase),
        modifiers: [.leftVentricle, .view(view), .at(phase)],
        formula: "from the middle of the hinge points to the apex, the farthest point of the ventricle"
          + perBeat, source: discsSource, rule: ventricleRule,
        origin: .beats(view) { beat, _ in beat.frame(phase).chamber.map(\.length) })
    }
  }

  private static func sphericity(_ phase: CyclePhase) -> Measure {
    Measure(
      name: "LV sphericity index A4C \(phase.rawValue)", unit: "%", code: nil,
      modifiers: [.leftVentricle, .view(.a4c), .at(phase)],
      formula: "diameter at the middle of the long axis, perpendicular to it / length" + perBeat,
      source: "Di Donato et al., Eur J Cardiothorac Surg 29 Suppl 1, 2006, S225-S230", rule: ventricleRule,
      origin: .beats(.a4c) { beat, _ in beat.frame(phase).chamber.map { $0.sphericity * 100 } })
  }

  private static let atrialVolume = Measure(
    name: "LA volume biplane ES", unit: "mL", code: MeasureConcept.atrialVolume,
    modifiers: [.leftAtrium, .at(.endSystole), .biplane],
    formula:
      "pi/4 · L/20 · sum(a·b) over 20 discs perpendicular to the axis from the middle of the hinge points "
      + "through the centroid to the roof, L the longer of the two lengths" + ofBeatsTogether,
    source: discsSource, rule: atriumRule + lengthsRule,
    origin: .bothViews(matching: .atrium) { a, b in biplane(a.endSystole.upper, b.endSystole.upper) })

  private static func atria(_ view: EchoView) -> [Measure] {
    [
      Measure(
        name: "LA area \(view.rawValue) ES", unit: "cm2", code: view.facts.measures?.atrialArea,
        modifiers: [.leftAtrium, .view(view), .at(.endSystole)],
        formula: "area of the atrium's outline" + perBeat, source: ReferenceRange.earlierQuantification,
        rule: atriumRule,
        origin: .beats(view) { beat, _ in beat.endSystole.upper.map { $0.area / 100 } }),
      Measure(
        name: "LA volume \(view.rawValue) ES", unit: "mL", code: view.facts.measures?.atrialVolume,
        modifiers: [.leftAtrium, .view(view), .at(.endSystole), .singlePlane],
        formula: "pi/4 · L/20 · sum(a·a) over 20 discs" + perBeat, source: discsSource, rule: atriumRule,
        origin: .beats(view) { beat, _ in beat.endSystole.upper.map(MethodOfDiscs.volume) }),
    ]
  }

  private static let heartRate = Measure(
    name: "Heart rate", unit: "{H.B.}/min", code: MeasureConcept.heartRate, modifiers: [],
    formula: "60 000 ms / mean time from one ED to the next, of all beats of the clip",
    source: "definition; ED as in the clip's beats", rule: "withheld where no beat is followed by another",
    origin: .cycles { lengths in
      lengths.isEmpty
        ? .failure(.noFullBeat) : .success(60_000 * Double(lengths.count) / lengths.reduce(0, +))
    })

  private static func biplane(
    _ a: Result<ChamberSection, ReasonCode>, _ b: Result<ChamberSection, ReasonCode>
  ) -> Result<Double, ReasonCode> {
    a.flatMap { a in
      b.flatMap { b in
        MethodOfDiscs.biplaneVolume(a, b).map { .success($0) } ?? .failure(.lengthsDiffer)
      }
    }
  }

  /// A ventricle that is larger at end systole was not measured rightly.
  private static func fraction(
    _ diastole: Result<Double, ReasonCode>, _ systole: Result<Double, ReasonCode>
  ) -> Result<Double, ReasonCode> {
    diastole.flatMap { diastole in
      systole.flatMap { systole in
        let fraction = MethodOfDiscs.ejectionFraction(endDiastole: diastole, endSystole: systole)
        return fraction > 0 ? .success(fraction) : .failure(.implausible)
      }
    }
  }
}

extension Result where Success == Double, Failure == ReasonCode {
  func combined(_ other: Self, _ body: (Double, Double) -> Double) -> Self {
    flatMap { a in other.map { b in body(a, b) } }
  }
}

extension BeatGeometry {
  package func frame(_ phase: CyclePhase) -> Frame { phase == .endDiastole ? endDiastole : endSystole }

  /// The excursion of the hinge point at a site, by view and orientation.
  package func excursion(
    at site: PhaseMeasurement.HingePoint.Site, _ view: ClipReport.View
  ) -> Result<Double, ReasonCode> {
    guard let excursion else { return .failure(excursionWithheld ?? .tooFewFrames) }
    let isLeft = view.anatomy(.left).site == site
    return .success(isLeft ? excursion.left : excursion.right)
  }
}

extension BeatGeometry.Frame {
  package var annulus: Result<Double, ReasonCode> {
    diameter.map { .success($0) } ?? .failure(diameterWithheld ?? .lowConfidence)
  }

  var chamber: Result<ChamberSection, ReasonCode> {
    ventricle.map { .success($0.section) } ?? .failure(ventricleWithheld ?? .noVentricle)
  }

  /// The atrium.
  package var upper: Result<ChamberSection, ReasonCode> {
    atrium.map { .success($0.section) } ?? .failure(atriumWithheld ?? .noAtrium)
  }
}
