/// A coded entry: PS3.3 8.8.
package struct CodedConcept: Sendable, Equatable {
  package var value: String
  package var scheme: String
  package var meaning: String

  package init(_ value: String, _ scheme: String, _ meaning: String) {
    self.value = value
    self.scheme = scheme
    self.meaning = meaning
  }
}

/// The coded concepts that the reports use (PS3.16, annexes B and D).
package enum Concept {
  package static let imagingMeasurementReport = CodedConcept("126000", "DCM", "Imaging Measurement Report")
  package static let language = CodedConcept("121049", "DCM", "Language of Content Item and Descendants")
  package static let english = CodedConcept("en", "RFC5646", "English")

  package static let observerType = CodedConcept("121005", "DCM", "Observer Type")
  package static let person = CodedConcept("121006", "DCM", "Person")
  package static let personName = CodedConcept("121008", "DCM", "Person Observer Name")
  package static let device = CodedConcept("121007", "DCM", "Device")
  package static let deviceUID = CodedConcept("121012", "DCM", "Device Observer UID")
  package static let deviceName = CodedConcept("121013", "DCM", "Device Observer Name")
  package static let deviceManufacturer = CodedConcept("121014", "DCM", "Device Observer Manufacturer")
  package static let deviceModel = CodedConcept("121015", "DCM", "Device Observer Model Name")
  package static let deviceSerial = CodedConcept("121016", "DCM", "Device Observer Serial Number")

  package static let procedureReported = CodedConcept("121058", "DCM", "Procedure reported")
  /// CID 100, to which TID 1500 is bound, has nothing closer to echocardiography.
  package static let imagingProcedure = CodedConcept("363679005", "SCT", "Imaging procedure")

  package static let ofInterest = CodedConcept("113000", "DCM", "Of Interest")
  package static let keyObjectDescription = CodedConcept("113012", "DCM", "Key Object Description")

  package static let imageLibrary = CodedConcept("111028", "DCM", "Image Library")
  package static let imageLibraryGroup = CodedConcept("126200", "DCM", "Image Library Group")
  package static let modality = CodedConcept("121139", "DCM", "Modality")
  package static let ultrasound = CodedConcept("US", "DCM", "Ultrasound")
  package static let targetRegion = CodedConcept("123014", "DCM", "Target Region")
  package static let heart = CodedConcept("80891009", "SCT", "Heart")
  package static let rows = CodedConcept("110910", "DCM", "Pixel Data Rows")
  package static let columns = CodedConcept("110911", "DCM", "Pixel Data Columns")
  package static let numberOfFrames = CodedConcept("121140", "DCM", "Number of Frames")
  package static let horizontalSpacing = CodedConcept("111026", "DCM", "Horizontal Pixel Spacing")
  package static let verticalSpacing = CodedConcept("111066", "DCM", "Vertical Pixel Spacing")

  package static let imagingMeasurements = CodedConcept("126010", "DCM", "Imaging Measurements")
  package static let measurementGroup = CodedConcept("125007", "DCM", "Measurement Group")
  package static let trackingIdentifier = CodedConcept("112039", "DCM", "Tracking Identifier")
  package static let trackingUID = CodedConcept("112040", "DCM", "Tracking Unique Identifier")
  package static let finding = CodedConcept("121071", "DCM", "Finding")
  package static let findingSite = CodedConcept("363698007", "SCT", "Finding Site")
  package static let topographicalModifier = CodedConcept("106233006", "SCT", "Topographical modifier")
  package static let imageRegion = CodedConcept("111030", "DCM", "Image Region")
  package static let illustration = CodedConcept("121200", "DCM", "Illustration of ROI")
  package static let center = CodedConcept("111010", "DCM", "Center")
  package static let path = CodedConcept("121055", "DCM", "Path")
  package static let sourceOfMeasurement = CodedConcept("121112", "DCM", "Source of Measurement")
  package static let certainty = CodedConcept("111012", "DCM", "Certainty of Finding")
  package static let comment = CodedConcept("121106", "DCM", "Comment")
  package static let qualitativeEvaluations = CodedConcept("C0034375", "UMLS", "Qualitative Evaluations")

  package static let algorithmName = CodedConcept("111001", "DCM", "Algorithm Name")
  package static let algorithmFamily = CodedConcept("111000", "DCM", "Algorithm Family")
  package static let algorithmVersion = CodedConcept("111003", "DCM", "Algorithm Version")
  package static let algorithmManufacturer = CodedConcept("122405", "DCM", "Algorithm Manufacturer")
  package static let algorithmParameters = CodedConcept("111002", "DCM", "Algorithm Parameters")
  package static let artificialIntelligence = CodedConcept("123110", "DCM", "Artificial Intelligence")

  package static let mitralAnnulus = CodedConcept("65197004", "SCT", "Mitral Annulus")
  package static let septalAnnulus = CodedConcept("399093001", "SCT", "Medial Mitral Annulus")
  package static let lateralAnnulus = CodedConcept("399086000", "SCT", "Lateral Mitral Annulus")
  package static let anterior = CodedConcept("255549009", "SCT", "Anterior")
  package static let inferior = CodedConcept("261089000", "SCT", "Inferior")

  package static let leftVentricle = CodedConcept("87878005", "SCT", "Left ventricle")
  package static let leftVentricleMyocardium = CodedConcept("49848007", "SCT", "Left Ventricle Myocardium")
  package static let leftAtrium = CodedConcept("82471001", "SCT", "Left atrium")
  package static let anatomicalStructure = CodedConcept("91723000", "SCT", "Anatomical Structure")
  package static let segmentation = CodedConcept("113076", "DCM", "Segmentation")
  package static let sourceForProcessing = CodedConcept(
    "121322", "DCM", "Source image for image processing operation")
  package static let upperUncertainty = CodedConcept(
    "371886008", "SCT", "+, range of upper measurement uncertainty")
  package static let lowerUncertainty = CodedConcept(
    "371885007", "SCT", "-, range of lower measurement uncertainty")
  package static let horizontal = CodedConcept("24020000", "SCT", "Horizontal")
  package static let vertical = CodedConcept("33096000", "SCT", "Vertical")
  package static let valueIndeterminate = CodedConcept("114011", "DCM", "Value indeterminate")

  package static let diameter = CodedConcept("81827009", "SCT", "Diameter")
  package static let diameterA4CAtED = CodedConcept(
    "80051-6", "LN", "Mitral annulus diastolic diameter - A4C")
  package static let diameterA2CAtED = CodedConcept(
    "80050-8", "LN", "Mitral annulus diastolic diameter - A2C")

  package static let cyclePoint = CodedConcept("272518008", "SCT", "Cardiac Cycle Point")
  package static let endDiastole = CodedConcept("416190007", "SCT", "End diastole")
  package static let endSystole = CodedConcept("416430001", "SCT", "End Systole")
  package static let imageView = CodedConcept("111031", "DCM", "Image View")
  package static let apicalFourChamber = CodedConcept("399214001", "SCT", "Apical four chamber")
  static let apicalTwoChamber = CodedConcept("399232001", "SCT", "Apical two chamber")
  static let apicalLongAxis = CodedConcept("399339008", "SCT", "Apical long axis")
  package static let imageMode = CodedConcept("399264008", "SCT", "Image Mode")
  package static let mode2D = CodedConcept("399064001", "SCT", "2D mode")

  /// Units by their UCUM code (PS3.16 CID 82).
  package static func unit(_ code: String) -> CodedConcept {
    CodedConcept(code, "UCUM", unitMeanings[code] ?? code)
  }

  private static let unitMeanings = [
    "mm": "millimeter", "cm2": "square centimeter", "mm2": "square millimeter", "mL": "milliliter",
    "ml": "milliliter", "mL/m2": "milliliter per square meter", "ms": "millisecond",
    "cm/s": "centimeter per second", "%": "percent",
    "{pixels}": "pixels", "{frames}": "frames", "1": "no units",
  ]
}

extension CyclePhase {
  package var concept: CodedConcept { self == .endDiastole ? Concept.endDiastole : Concept.endSystole }
}
