import CKernels

/// Index of a buffer in a program.
typealias BufferID = Int

/// Memory of one feature map.
struct Buffer: Sendable {
  enum Layout: Sendable {
    /// `[C][H][W]`, or any other four axes in order.
    case planar
    /// NCHWc16, see `ck_map.h`.
    case blocked
  }
  /// How an element is stored; anything but `float32` in blocks only.
  enum Storage: Sendable, Equatable {
    case float32
    case bfloat16
    /// A multiple of `scale`.
    case uint8(scale: Float)
  }
  var layout: Layout
  /// Four axes.
  var shape: [Int]
  var storage = Storage.float32

  /// A multiple of 16, so that the next buffer is aligned too.
  var floatCount: Int {
    switch layout {
    case .planar: (shape.reduce(1, *) + 15) / 16 * 16
    case .blocked:
      (ck_map_floats(Int32(shape[1]), Int32(shape[2]), Int32(shape[3])) * storage.bytes + 63) / 64 * 16
    }
  }
}

extension Buffer.Storage {
  var bytes: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    case .uint8: 1
    }
  }

  var element: ck_element {
    switch self {
    case .float32: CK_FLOAT32
    case .bfloat16: CK_BFLOAT16
    case .uint8: CK_UINT8
    }
  }

  /// 1 where an element is what it says.
  var scale: Float {
    if case .uint8(let scale) = self { scale } else { 1 }
  }
}

/// Input channels of a convolution: a buffer as it is, or each pixel taken for 2 x 2.
struct ChannelSource: Sendable {
  var buffer: BufferID
  var isDoubled = false
}

/// Packed weights, as the method and the sources of a convolution want them.
enum ConvolutionWeights: Sendable {
  case floats(ConstantFloats)
  /// As for the direct method; Winograd's transforms them as it uses them.
  case filters(ConstantFloats)
  /// Of bfloat16, two input channels together.
  case pairs(ConstantFloats)
  /// `scale` and the convolution's bias are in units of the result. Winograd's method transforms them as it uses them.
  case bytes(ConstantFloats, scale: ConstantFloats)
  /// Of eight bits, transformed for Winograd's method: whole numbers of 16 bits.
  case words(ConstantFloats, scale: ConstantFloats)
}

/// A convolution with what is fused into it: concatenated and doubled sources, activation, pooling.
struct ConvolutionStep: Sendable {
  var sources: [ChannelSource]
  /// Rows and columns of the sources after doubling.
  var inputSize: (rows: Int, columns: Int)
  var window: Window
  var method: ck_method
  var weights: ConvolutionWeights
  var bias: ConstantFloats
  var activation: Activation
  var output: BufferID
  /// Receives the 2x2 maximum of the output.
  var pooled: BufferID?
}

/// A transposed convolution with its activation.
struct TransposedConvolutionStep: Sendable {
  var window: Window
  var weights: ConstantFloats
  var bias: ConstantFloats
  var activation: Activation
}

/// What one step computes from its inputs. Buffers are blocked where nothing else is said.
enum StepKind: Sendable {
  /// Planar to blocked.
  case pack
  /// Blocked to planar.
  case unpack
  case convolution(ConvolutionStep)
  case transposedConvolution(TransposedConvolutionStep)
  case scaleShift(scale: ConstantFloats?, shift: ConstantFloats?, Activation)
  case elementwise(Elementwise, Activation)
  case pool(Pooling)
  case resample(Resampling)
  /// Into the output from this channel on.
  case copy(channel: Int)
  /// Blocked to planar.
  case softmax
  /// Planar to planar, by the plain kernels.
  case reference(Operation)
}

/// One step of a program: what it computes, from which buffers and into which.
struct Step: Sendable {
  var kind: StepKind
  var inputs: [BufferID]
  var output: BufferID

  var writes: [BufferID] {
    if case .convolution(let step) = kind, let pooled = step.pooled { return [output, pooled] }
    return [output]
  }
}

/// A model as the kernels execute it: buffers without addresses yet, and steps in order.
struct Program: Sendable {
  var isa: ck_isa
  var buffers: [Buffer] = []
  var steps: [Step] = []
  /// Planar.
  var input: BufferID = 0
  /// Planar, in the order of the file.
  var outputs: [BufferID] = []

  mutating func addBuffer(
    _ layout: Buffer.Layout, _ shape: [Int], _ storage: Buffer.Storage = .float32
  ) -> BufferID {
    buffers.append(Buffer(layout: layout, shape: shape, storage: storage))
    return buffers.count - 1
  }
}
