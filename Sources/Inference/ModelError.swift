/// Why a model was refused. Thrown while a model is loaded, never while it runs.
public struct ModelError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Kind: Equatable, Sendable {
    /// The file could not be opened or read.
    case unreadable
    /// The bytes are not a well-formed ONNX file; `offset` counts bytes from the start of the file.
    case malformed(offset: Int)
    /// The model asks for an operator, an attribute or a type that the engine does not have.
    case unsupported(operator: String, node: String)
    /// The model contradicts itself: shapes that do not fit, a name that nobody defines.
    case inconsistent(operator: String, node: String)
    /// The model asks for more than the engine's limits (`ModelLimits`) allow.
    case tooLarge
    /// This processor does not have the precision, or the model is not calibrated for it.
    case precision
  }

  public let kind: Kind
  /// A sentence for the operator's log.
  public let detail: String

  public init(_ kind: Kind, _ detail: String) {
    self.kind = kind
    self.detail = detail
  }

  public var description: String {
    switch kind {
    case .unreadable: "model cannot be read: \(detail)"
    case .malformed(let offset): "model is malformed at byte \(offset): \(detail)"
    case .unsupported(let op, let node): "operator \(op) of node '\(node)' is not supported: \(detail)"
    case .inconsistent(let op, let node): "operator \(op) of node '\(node)' does not fit: \(detail)"
    case .tooLarge: "model is too large: \(detail)"
    case .precision: detail
    }
  }
}

/// What a model may ask for before it is refused, so that a hostile file cannot exhaust the host.
enum ModelLimits {
  static let fileBytes = 1 << 30
  static let nodes = 4_096
  static let outputs = 8
  static let initializers = 65_536
  static let namesPerNode = 256
  static let attributesPerNode = 64
  static let rank = 8
  static let nameBytes = 4_096
  /// Elements of one tensor, constant or feature map.
  static let tensorElements = 1 << 28
  /// Elements of a constant on which the loader computes.
  static let foldedElements = 1 << 16
  static let channels = 8_192
  static let kernelExtent = 64
  /// Floats of all the feature maps that live at the same time.
  static let arenaFloats = 1 << 28
}
