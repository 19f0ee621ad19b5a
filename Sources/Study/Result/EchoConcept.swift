/// Codes that TID 5300 and its sub-templates use (PS3.16 CID 12301 to 12304).
package enum EchoConcept {
  package static let report = CodedConcept("125200", "DCM", "Adult Echocardiography Procedure Report")
  package static let preCoordinated = CodedConcept("125301", "DCM", "Pre-coordinated Measurements")
  package static let postCoordinated = CodedConcept("125302", "DCM", "Post-coordinated Measurements")
  package static let adhoc = CodedConcept("125303", "DCM", "Adhoc Measurements")

  package static let observationType = CodedConcept("125305", "DCM", "Finding Observation Type")
  package static let structure = CodedConcept("125311", "DCM", "Structure of the Finding Site")
  package static let behavior = CodedConcept("125312", "DCM", "Behavior of the Finding Site")

  package static let measurementType = CodedConcept("125306", "DCM", "Measurement Type")
  package static let directlyMeasured = CodedConcept("125316", "DCM", "Directly measured")
  package static let calculated = CodedConcept("125315", "DCM", "Calculated")
  package static let fractionalChange = CodedConcept("125314", "DCM", "Fractional Change")

  package static let measuredProperty = CodedConcept("125307", "DCM", "Measured Property")
  package static let shortLabel = CodedConcept("125309", "DCM", "Short Label")
  package static let selectionStatus = CodedConcept("121404", "DCM", "Selection Status")
  package static let meanChosen = CodedConcept("121412", "DCM", "Mean value chosen")
  package static let derivation = CodedConcept("121401", "DCM", "Derivation")
  package static let mean = CodedConcept("373098007", "SCT", "Mean")
}
