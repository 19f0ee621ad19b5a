import Hinge
import Study

/// One item of a structured report's content tree with all that is below it (PS3.3 C.17.3). A pure value.
struct ContentItem: Sendable, Equatable {
  enum Relation: Sendable, Equatable {
    case contains, hasObservationContext, hasAcquisitionContext, hasConceptModifier, hasProperties,
      inferredFrom
    case selectedFrom
  }

  /// A whole image, some of its frames, or one segment of a segmentation (PS3.3 C.17.3.1).
  struct Image: Sendable, Equatable {
    var sopClassUID: String
    var sopInstanceUID: String
    /// 0-based, ascending; none for the whole image.
    var frames: [Int] = []
    var segment: ChamberSegment?
  }

  enum Value: Sendable, Equatable {
    /// With the template of DCMR that it follows, if it has one of its own.
    case container(template: String?)
    case code(CodedConcept)
    case text(String)
    /// PN.
    case person(String)
    case uid(String)
    /// A decimal string of at most 16 characters.
    case number(String, unit: CodedConcept)
    case image(Image)
    /// Pixel-index coordinates of the stored frame: one is a POINT, more are a POLYLINE.
    case points([Point])
  }

  var relation: Relation
  var name: CodedConcept?
  var value: Value
  var children: [ContentItem] = []
}

extension ContentItem {
  static func container(
    _ name: CodedConcept, template: String? = nil, _ children: [ContentItem]
  ) -> ContentItem {
    ContentItem(relation: .contains, name: name, value: .container(template: template), children: children)
  }

  package static func code(
    _ relation: Relation, _ name: CodedConcept, _ value: CodedConcept, _ children: [ContentItem] = []
  ) -> ContentItem {
    ContentItem(relation: relation, name: name, value: .code(value), children: children)
  }

  static func text(
    _ relation: Relation, _ name: CodedConcept, _ value: String, _ children: [ContentItem] = []
  ) -> ContentItem {
    ContentItem(relation: relation, name: name, value: .text(value), children: children)
  }

  static func uid(_ relation: Relation, _ name: CodedConcept, _ value: String) -> ContentItem {
    ContentItem(relation: relation, name: name, value: .uid(value))
  }

  static func number(
    _ relation: Relation, _ name: CodedConcept, _ value: Double, decimals: Int, unit: CodedConcept,
    _ children: [ContentItem] = []
  ) -> ContentItem {
    ContentItem(
      relation: relation, name: name, value: .number(decimalString(value, decimals), unit: unit),
      children: children)
  }

  /// Points of one frame, selected from their image.
  static func points(
    _ relation: Relation, _ name: CodedConcept, _ points: [Point], of image: Image
  ) -> ContentItem {
    let source = ContentItem(relation: .selectedFrom, value: .image(image))
    return ContentItem(relation: relation, name: name, value: .points(points), children: [source])
  }

  /// A DS value: `31.1`, `40`; never an exponent for the magnitudes of an echocardiogram.
  static func decimalString(_ value: Double, _ decimals: Int) -> String {
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    let rounded = (value * scale).rounded() / scale
    guard let whole = Int(exactly: rounded) else { return String(rounded.description.prefix(16)) }
    return String(whole)
  }
}
