/// Codes of measures and of what modifies them, as PS3.16 lists them (CID 12201, 12203, 12204, 12227 and annex D).
/// A measure without a code there has none here.
enum MeasureConcept {
  static let leftVentricle = CodedConcept("87878005", "SCT", "Left Ventricle")
  static let leftAtrium = CodedConcept("82471001", "SCT", "Left Atrium")
  static let method = CodedConcept("370129005", "SCT", "Measurement Method")
  static let discsBiplane = CodedConcept("125207", "DCM", "Method of Disks, Biplane")
  static let discsSinglePlane = CodedConcept("125208", "DCM", "Method of Disks, Single Plane")
  static let biplaneEllipse = CodedConcept("125211", "DCM", "Biplane Ellipse")

  static let excursion = CodedConcept("125327", "DCM", "Excursion Distance")
  static let area = CodedConcept("42798000", "SCT", "Area")
  static let length = CodedConcept("410668003", "SCT", "Length")
  static let heartRate = CodedConcept("8867-4", "LN", "Heart rate")

  static func diameter(_ view: ClipReport.View.Code, _ phase: CyclePhase) -> CodedConcept {
    switch (phase, view) {
    case (.endDiastole, .a4c): Concept.diameterA4CAtED
    case (.endDiastole, .a2c): Concept.diameterA2CAtED
    default: Concept.diameter
    }
  }

  static func ventricleVolume(_ view: ClipReport.View.Code, _ phase: CyclePhase) -> CodedConcept {
    let words = "Left ventricular end \(phase == .endDiastole ? "diastolic" : "systolic") volume"
    let plane = view == .a4c ? "4C" : "2C"
    let codes = phase == .endDiastole ? ("79999-9", "79998-1") : ("80004-5", "80003-7")
    return CodedConcept(
      view == .a4c ? codes.0 : codes.1, "LN", "\(words) single plane \(plane) (MOD)")
  }

  static func ventricleVolume(_ phase: CyclePhase) -> CodedConcept {
    phase == .endDiastole
      ? CodedConcept("79996-5", "LN", "Left ventricular end diastolic volume biplane (MOD)")
      : CodedConcept("80001-1", "LN", "Left ventricular end systolic volume biplane (MOD)")
  }

  static func ejectionFraction(_ view: ClipReport.View.Code) -> CodedConcept {
    view == .a4c
      ? CodedConcept("79993-2", "LN", "Left ventricular ejection fraction single plane 4C (MOD)")
      : CodedConcept("79992-4", "LN", "Left ventricular ejection fraction single plane 2C (MOD)")
  }

  static let ejectionFraction = CodedConcept(
    "79991-6", "LN", "Left ventricular ejection fraction biplane (MOD)")

  static func ventricleLength(_ view: ClipReport.View.Code, _ phase: CyclePhase) -> CodedConcept {
    view == .a4c && phase == .endDiastole
      ? CodedConcept("79994-0", "LN", "Left ventricular end diastolic length 4C") : length
  }

  static func atrialArea(_ view: ClipReport.View.Code) -> CodedConcept {
    view == .a4c
      ? CodedConcept("79974-2", "LN", "Left atrial end systolic area 4C")
      : CodedConcept("79973-4", "LN", "Left atrial end systolic area 2C")
  }

  static func atrialVolume(_ view: ClipReport.View.Code) -> CodedConcept {
    view == .a4c
      ? CodedConcept("79986-6", "LN", "Left atrial end systolic volume single plane 4C (MOD)")
      : CodedConcept("79985-8", "LN", "Left atrial end systolic volume single plane 2C (MOD)")
  }

  static let atrialVolume = CodedConcept("79983-3", "LN", "Left atrial end systolic volume biplane (MOD)")
}
