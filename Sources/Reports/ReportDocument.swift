import CDCMTK
import Hinge
import Study

/// A report under construction on the C++ side. Used by one thread.
final class ReportDocument {
  typealias Failure = StructuredReport.Failure

  enum Kind { case comprehensive, comprehensive3D, keyObjects }

  private let handle: OpaquePointer
  private let strings: CStrings

  init(
    kind: Kind, studyUID: String, seriesUID: String, instanceUID: String
  ) throws(Failure) {
    let strings = CStrings()
    var identity = hd_report_identity(
      study_uid: strings.copy(studyUID), series_uid: strings.copy(seriesUID),
      instance_uid: strings.copy(instanceUID))
    var error = hd_error()
    guard let opened = hd_report_open(kind.cValue, &identity, &error) else {
      throw .refused(error.sentence)
    }
    self.strings = strings
    handle = opened
  }

  deinit { hd_report_close(handle) }

  func set(_ keyword: String, _ value: String) throws(Failure) {
    try check { hd_report_set(handle, keyword, value, $0) }
  }

  func addEvidence(_ object: ObjectReference, study: String) throws(Failure) {
    try check {
      hd_report_add_evidence(
        handle, study, object.seriesInstanceUID, object.sopClassUID, object.sopInstanceUID, $0)
    }
  }

  func addPredecessor(_ document: StructuredReport.Document) throws(Failure) {
    try check {
      hd_report_add_predecessor(
        handle, document.studyInstanceUID, document.seriesInstanceUID, document.sopClassUID,
        document.sopInstanceUID, $0)
    }
  }

  /// Adds a person who answers for the document.
  func verify(_ verification: Verification) throws(Failure) {
    try check {
      hd_report_verify(
        handle, verification.observer, verification.organization, verification.time, $0)
    }
  }

  /// Adds an item and all that is below it.
  func add(_ item: ContentItem) throws(Failure) {
    try addAlone(item)
    guard !item.children.isEmpty else { return }
    try check { hd_report_enter(handle, $0) }
    for child in item.children { try add(child) }
    try check { hd_report_leave(handle, $0) }
  }

  /// The bytes of the DICOM file.
  func encode(complete: Bool) throws(Failure) -> [UInt8] {
    var bytes: UnsafePointer<UInt8>?
    var count = 0
    try check { hd_report_encode(handle, complete ? 1 : 0, &bytes, &count, $0) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  private func addAlone(_ item: ContentItem) throws(Failure) {
    let relation = item.relation.cValue
    if case .image(let image) = item.value { return try add(image, relation, item.name) }
    guard let concept = item.name else { throw .refused("an item without a name") }
    let name = strings.copy(concept)
    switch item.value {
    case .container(let template):
      try check { hd_report_add_container(handle, relation, name, template, $0) }
    case .code(let value): try check { hd_report_add_code(handle, relation, name, strings.copy(value), $0) }
    case .text(let value): try check { hd_report_add_text(handle, relation, name, value, $0) }
    case .person(let value): try check { hd_report_add_person(handle, relation, name, value, $0) }
    case .uid(let value): try check { hd_report_add_uid(handle, relation, name, value, $0) }
    case .number(let value, let unit):
      try check { hd_report_add_number(handle, relation, name, value, strings.copy(unit), $0) }
    case .points(let points):
      let pairs = points.flatMap(Self.spatialCoordinates)
      try check { hd_report_add_points(handle, relation, name, pairs, points.count, $0) }
    case .image: break
    }
  }

  private func add(
    _ image: ContentItem.Image, _ relation: hd_relation, _ name: CodedConcept?
  ) throws(Failure) {
    // ReferencedFrameNumber is 1-based.
    let frames = image.frames.map { Int32(clamping: $0 + 1) }
    let value = hd_image(
      sop_class_uid: strings.copy(image.sopClassUID), sop_instance_uid: strings.copy(image.sopInstanceUID),
      frames: strings.copy(frames), frame_count: frames.count, segment: Int32(image.segment?.rawValue ?? 0))
    if let name {
      var name = strings.copy(name)
      try check { hd_report_add_image(handle, relation, &name, value, $0) }
    } else {
      try check { hd_report_add_image(handle, relation, nil, value, $0) }
    }
  }

  /// From pixel indices to SCOORD, whose origin is the corner of the top left pixel (PS3.3 C.18.6.1.1).
  private static func spatialCoordinates(_ point: Point) -> [Float] {
    [Float(point.x + 0.5), Float(point.y + 0.5)]
  }

  private func check(_ body: (UnsafeMutablePointer<hd_error>) -> Int32) throws(Failure) {
    var error = hd_error()
    if body(&error) != 0 { throw .refused(error.sentence) }
  }
}

/// Copies of strings and lists for C, which live as long as this does.
private final class CStrings {
  private var copies: [UnsafeMutablePointer<CChar>] = []
  private var numbers: [UnsafeMutablePointer<Int32>] = []

  deinit {
    for copy in copies { copy.deallocate() }
    for copy in numbers { copy.deallocate() }
  }

  func copy(_ values: [Int32]) -> UnsafePointer<Int32> {
    let copy = UnsafeMutablePointer<Int32>.allocate(capacity: values.count)
    copy.initialize(from: values, count: values.count)
    numbers.append(copy)
    return UnsafePointer(copy)
  }

  func copy(_ string: String) -> UnsafePointer<CChar> {
    let bytes = Array(string.utf8CString)
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    copy.initialize(from: bytes, count: bytes.count)
    copies.append(copy)
    return UnsafePointer(copy)
  }

  func copy(_ concept: CodedConcept) -> hd_code {
    hd_code(value: copy(concept.value), scheme: copy(concept.scheme), meaning: copy(concept.meaning))
  }
}

extension ReportDocument.Kind {
  fileprivate var cValue: hd_report_kind {
    switch self {
    case .comprehensive: HD_REPORT_COMPREHENSIVE
    case .comprehensive3D: HD_REPORT_COMPREHENSIVE_3D
    case .keyObjects: HD_REPORT_KEY_OBJECTS
    }
  }
}

extension ContentItem.Relation {
  fileprivate var cValue: hd_relation {
    switch self {
    case .contains: HD_CONTAINS
    case .hasObservationContext: HD_HAS_OBS_CONTEXT
    case .hasAcquisitionContext: HD_HAS_ACQ_CONTEXT
    case .hasConceptModifier: HD_HAS_CONCEPT_MOD
    case .hasProperties: HD_HAS_PROPERTIES
    case .inferredFrom: HD_INFERRED_FROM
    case .selectedFrom: HD_SELECTED_FROM
    }
  }
}
