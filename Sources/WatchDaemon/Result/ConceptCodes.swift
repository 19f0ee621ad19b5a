/// The coded concepts that the reports use (PS3.16, annexes B and D).
enum Concept {
  static let imagingMeasurementReport = CodedConcept("126000", "DCM", "Imaging Measurement Report")
  static let language = CodedConcept("121049", "DCM", "Language of Content Item and Descendants")
  static let english = CodedConcept("en", "RFC5646", "English")

  static let observerType = CodedConcept("121005", "DCM", "Observer Type")
  static let device = CodedConcept("121007", "DCM", "Device")
  static let deviceUID = CodedConcept("121012", "DCM", "Device Observer UID")
  static let deviceName = CodedConcept("121013", "DCM", "Device Observer Name")
  static let deviceManufacturer = CodedConcept("121014", "DCM", "Device Observer Manufacturer")
  static let deviceModel = CodedConcept("121015", "DCM", "Device Observer Model Name")
  static let deviceSerial = CodedConcept("121016", "DCM", "Device Observer Serial Number")

  static let procedureReported = CodedConcept("121058", "DCM", "Procedure reported")
  static let transthoracic = CodedConcept("433236007", "SCT", "Transthoracic echocardiography")

  static let imageLibrary = CodedConcept("111028", "DCM", "Image Library")
  static let imageLibraryGroup = CodedConcept("126200", "DCM", "Image Library Group")
  static let modality = CodedConcept("121139", "DCM", "Modality")
  static let ultrasound = CodedConcept("US", "DCM", "Ultrasound")
  static let targetRegion = CodedConcept("123014", "DCM", "Target Region")
  static let heart = CodedConcept("80891009", "SCT", "Heart")
  static let rows = CodedConcept("110910", "DCM", "Pixel Data Rows")
  static let columns = CodedConcept("110911", "DCM", "Pixel Data Columns")
  static let numberOfFrames = CodedConcept("121140", "DCM", "Number of Frames")
  static let horizontalSpacing = CodedConcept("111026", "DCM", "Horizontal Pixel Spacing")
  static let verticalSpacing = CodedConcept("111066", "DCM", "Vertical Pixel Spacing")

  static let imagingMeasurements = CodedConcept("126010", "DCM", "Imaging Measurements")
  static let measurementGroup = CodedConcept("125007", "DCM", "Measurement Group")
  static let trackingIdentifier = CodedConcept("112039", "DCM", "Tracking Identifier")
  static let trackingUID = CodedConcept("112040", "DCM", "Tracking Unique Identifier")
  static let finding = CodedConcept("121071", "DCM", "Finding")
  static let findingSite = CodedConcept("363698007", "SCT", "Finding Site")
  static let topographicalModifier = CodedConcept("106233006", "SCT", "Topographical modifier")
  static let imageRegion = CodedConcept("111030", "DCM", "Image Region")
  static let path = CodedConcept("121055", "DCM", "Path")
  static let sourceOfMeasurement = CodedConcept("121112", "DCM", "Source of Measurement")
  static let certainty = CodedConcept("111012", "DCM", "Certainty of Finding")
  static let comment = CodedConcept("121106", "DCM", "Comment")
  static let qualitativeEvaluations = CodedConcept("C0034375", "UMLS", "Qualitative Evaluations")

  static let algorithmName = CodedConcept("111001", "DCM", "Algorithm Name")
  static let algorithmFamily = CodedConcept("111000", "DCM", "Algorithm Family")
  static let algorithmVersion = CodedConcept("111003", "DCM", "Algorithm Version")
  static let algorithmManufacturer = CodedConcept("122405", "DCM", "Algorithm Manufacturer")
  static let algorithmParameters = CodedConcept("111002", "DCM", "Algorithm Parameters")
  static let artificialIntelligence = CodedConcept("123110", "DCM", "Artificial Intelligence")

  static let mitralAnnulus = CodedConcept("65197004", "SCT", "Mitral Annulus")
  static let septalAnnulus = CodedConcept("399093001", "SCT", "Medial Mitral Annulus")
  static let lateralAnnulus = CodedConcept("399086000", "SCT", "Lateral Mitral Annulus")
  static let anterior = CodedConcept("255549009", "SCT", "Anterior")
  static let inferior = CodedConcept("261089000", "SCT", "Inferior")

  static let leftVentricle = CodedConcept("87878005", "SCT", "Left ventricle")
  static let leftVentricleMyocardium = CodedConcept("49848007", "SCT", "Left Ventricle Myocardium")
  static let leftAtrium = CodedConcept("82471001", "SCT", "Left atrium")
  static let anatomicalStructure = CodedConcept("91723000", "SCT", "Anatomical Structure")
  static let segmentation = CodedConcept("113076", "DCM", "Segmentation")
  static let sourceForProcessing = CodedConcept(
    "121322", "DCM", "Source image for image processing operation")
  static let upperUncertainty = CodedConcept(
    "371886008", "SCT", "+, range of upper measurement uncertainty")
  static let lowerUncertainty = CodedConcept(
    "371885007", "SCT", "-, range of lower measurement uncertainty")
  static let horizontal = CodedConcept("24020000", "SCT", "Horizontal")
  static let vertical = CodedConcept("33096000", "SCT", "Vertical")
  static let valueIndeterminate = CodedConcept("114011", "DCM", "Value indeterminate")

  static let diameter = CodedConcept("81827009", "SCT", "Diameter")
  static let diameterA4CAtED = CodedConcept("80051-6", "LN", "Mitral valve annulus diameter A4C ED")
  static let diameterA2CAtED = CodedConcept("80050-8", "LN", "Mitral valve annulus diameter A2C ED")

  static let cyclePoint = CodedConcept("272518008", "SCT", "Cardiac Cycle Point")
  static let endDiastole = CodedConcept("416190007", "SCT", "End diastole")
  static let endSystole = CodedConcept("416430001", "SCT", "End Systole")
  static let imageView = CodedConcept("111031", "DCM", "Image View")
  static let apicalFourChamber = CodedConcept("399214001", "SCT", "Apical four chamber")
  static let apicalTwoChamber = CodedConcept("399232001", "SCT", "Apical two chamber")
  static let apicalLongAxis = CodedConcept("399339008", "SCT", "Apical long axis")
  static let imageMode = CodedConcept("399264008", "SCT", "Image Mode")
  static let mode2D = CodedConcept("399064001", "SCT", "2D mode")

  /// Units by their UCUM code (PS3.16 CID 82).
  static func unit(_ code: String) -> CodedConcept { CodedConcept(code, "UCUM", unitMeanings[code] ?? code) }

  private static let unitMeanings = [
    "mm": "millimeter", "cm2": "square centimeter", "mm2": "square millimeter", "mL": "milliliter",
    "ml": "milliliter", "ms": "millisecond", "cm/s": "centimeter per second", "%": "percent",
    "{pixels}": "pixels", "{frames}": "frames", "1": "no units",
  ]
}

extension CyclePhase {
  var concept: CodedConcept { self == .endDiastole ? Concept.endDiastole : Concept.endSystole }
}
