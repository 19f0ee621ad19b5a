import Study

/// The segments of a segmentation object, in the order of their numbers.
package enum ChamberSegment: Int, CaseIterable, Sendable {
  case ventricle = 1
  case myocardium = 2
  case atrium = 3

  package var label: String {
    switch self {
    case .ventricle: "Left ventricular cavity"
    case .myocardium: "Left ventricular myocardium"
    case .atrium: "Left atrium"
    }
  }

  /// PS3.16 CID 7166 and its like.
  var property: CodedConcept {
    switch self {
    case .ventricle: Concept.leftVentricle
    case .myocardium: Concept.leftVentricleMyocardium
    case .atrium: Concept.leftAtrium
    }
  }

  /// The colour of the pictures' outlines as CIELab, scaled as PS3.3 C.10.7.1.1 says.
  var displayColour: String {
    switch self {
    case .ventricle: "45400\\28579\\23766"
    case .myocardium: "45820\\20684\\35965"
    case .atrium: "44681\\42755\\29712"
    }
  }
}
