/// Codes of measures and of what modifies them, as PS3.16 lists them (CID 12201, 12203, 12204, 12227 and annex D).
/// A measure without a code there has none here.
package enum MeasureConcept {
  package static let leftVentricle = CodedConcept("87878005", "SCT", "Left Ventricle")
  package static let leftAtrium = CodedConcept("82471001", "SCT", "Left Atrium")
  package static let method = CodedConcept("370129005", "SCT", "Measurement Method")
  static let discsBiplane = CodedConcept("125207", "DCM", "Method of Disks, Biplane")
  static let discsSinglePlane = CodedConcept("125208", "DCM", "Method of Disks, Single Plane")
  static let biplaneEllipse = CodedConcept("125211", "DCM", "Biplane Ellipse")

  package static let excursion = CodedConcept("125327", "DCM", "Excursion Distance")
  package static let area = CodedConcept("42798000", "SCT", "Area")
  package static let length = CodedConcept("410668003", "SCT", "Length")
  package static let heartRate = CodedConcept("8867-4", "LN", "Heart rate")

  /// LOINC has the diameter at end diastole of two views; everything else is put together from modifiers.
  package static func diameter(_ view: EchoView, _ phase: CyclePhase) -> CodedConcept {
    (phase == .endDiastole ? view.facts.measures?.diameterAtED : nil) ?? Concept.diameter
  }

  static func ventricleVolume(_ phase: CyclePhase) -> CodedConcept {
    phase == .endDiastole
      ? CodedConcept("79996-5", "LN", "Left ventricular end diastolic volume biplane (MOD)")
      : CodedConcept("80001-1", "LN", "Left ventricular end systolic volume biplane (MOD)")
  }

  package static let ejectionFraction = CodedConcept(
    "79991-6", "LN", "Left ventricular ejection fraction biplane (MOD)")

  static func ventricleIndex(_ phase: CyclePhase) -> CodedConcept {
    phase == .endDiastole
      ? CodedConcept("79997-3", "LN", "Left ventricular end diastolic volume biplane (MOD) / BSA")
      : CodedConcept("80002-9", "LN", "Left ventricular end systolic volume biplane (MOD) / BSA")
  }

  static let atrialIndex = CodedConcept(
    "79984-1", "LN", "Left atrial end systolic volume biplane (MOD) / BSA")

  static let atrialVolume = CodedConcept("79983-3", "LN", "Left atrial end systolic volume biplane (MOD)")
}

/// What the measures that are named for a view are called.
package struct ViewMeasures: Sendable {
  var diameterAtED: CodedConcept
  var ventricleVolumeAtED: CodedConcept
  var ventricleVolumeAtES: CodedConcept
  package var ejectionFraction: CodedConcept
  var ventricleLengthAtED = MeasureConcept.length
  var atrialArea: CodedConcept
  var atrialVolume: CodedConcept

  func ventricleVolume(_ phase: CyclePhase) -> CodedConcept {
    phase == .endDiastole ? ventricleVolumeAtED : ventricleVolumeAtES
  }

  func ventricleLength(_ phase: CyclePhase) -> CodedConcept {
    phase == .endDiastole ? ventricleLengthAtED : MeasureConcept.length
  }

  package static let a4c = ViewMeasures(
    diameterAtED: Concept.diameterA4CAtED,
    ventricleVolumeAtED: CodedConcept(
      "79999-9", "LN", "Left ventricular end diastolic volume single plane 4C (MOD)"),
    ventricleVolumeAtES: CodedConcept(
      "80004-5", "LN", "Left ventricular end systolic volume single plane 4C (MOD)"),
    ejectionFraction: CodedConcept(
      "79993-2", "LN", "Left ventricular ejection fraction single plane 4C (MOD)"),
    ventricleLengthAtED: CodedConcept("79994-0", "LN", "Left ventricular end diastolic length 4C"),
    atrialArea: CodedConcept("79974-2", "LN", "Left atrial end systolic area 4C"),
    atrialVolume: CodedConcept("79986-6", "LN", "Left atrial end systolic volume single plane 4C (MOD)"))

  package static let a2c = ViewMeasures(
    diameterAtED: Concept.diameterA2CAtED,
    ventricleVolumeAtED: CodedConcept(
      "79998-1", "LN", "Left ventricular end diastolic volume single plane 2C (MOD)"),
    ventricleVolumeAtES: CodedConcept(
      "80003-7", "LN", "Left ventricular end systolic volume single plane 2C (MOD)"),
    ejectionFraction: CodedConcept(
      "79992-4", "LN", "Left ventricular ejection fraction single plane 2C (MOD)"),
    atrialArea: CodedConcept("79973-4", "LN", "Left atrial end systolic area 2C"),
    atrialVolume: CodedConcept("79985-8", "LN", "Left atrial end systolic volume single plane 2C (MOD)"))
}
