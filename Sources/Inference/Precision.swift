import CKernels

/// How the feature maps between convolutions are stored, and what is multiplied.
public enum Precision: String, Sendable, Codable, CaseIterable {
  /// 32-bit floats.
  case fp32
  /// The upper halves of 32-bit floats, rounded to the nearest. Products are summed in 32 bits.
  case bf16
  /// Eight-bit integers, with one scale for each feature map and one for the weights of each output channel.
  case int8

  /// The raw value, as a word of the program's own.
  public var word: StaticString {
    switch self {
    case .fp32: "fp32"
    case .bf16: "bf16"
    case .int8: "int8"
    }
  }

  /// The kernels that results in this precision come from here: the instruction set, and where it multiplies pairs of
  /// bfloat16, that. It depends on the processor and `HINGED_ISA`, and on nothing that is measured.
  public var kernels: StaticString {
    switch ck_isa_preferred() {
    case CK_ISA_AVX512: self == .bf16 && ck_pairs_are_fast() ? "avx512-bf16-pairs" : "avx512"
    case CK_ISA_AVX2: "avx2"
    default: "portable"
    }
  }

  /// Whether this processor has what it takes; `HINGED_ISA` may hide it.
  public var isSupported: Bool { self == .fp32 || ck_isa_reduces(ck_isa_preferred()) }
}

/// What `int8` needs to know of a model: how large its feature maps become.
public struct Calibration: Sendable, Codable, Equatable {
  /// For each convolution in order, what is taken as the largest element that its result may have.
  public var limits: [Float]

  public init(limits: [Float]) { self.limits = limits }
}
