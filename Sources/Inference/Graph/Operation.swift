/// What follows a linear operation, element by element.
enum Activation: Equatable, Sendable {
  case none
  case relu
  /// `x < 0 ? slope * x : x`
  case leakyRelu(slope: Float)
  case sigmoid
}

/// Size, step and padding of a window that slides over the rows and columns of a map.
struct Window: Equatable, Sendable {
  struct Axis: Equatable, Sendable {
    var size = 1
    var stride = 1
    var dilation = 1
    var padBefore = 0
    var padAfter = 0
  }
  var rows = Axis()
  var columns = Axis()
}

/// A 2-D convolution. Weights `[K, C, kh, kw]`, bias `[K]`.
struct Convolution: Sendable {
  var inputChannels: Int
  var outputChannels: Int
  var window: Window
  var weights: [Float]
  var bias: [Float]
  var activation = Activation.none
}

/// A transposed 2-D convolution. Weights `[C, K, kh, kw]`, bias `[K]`; the window's padding is cut off the result.
struct TransposedConvolution: Sendable {
  var inputChannels: Int
  var outputChannels: Int
  var window: Window
  /// Rows and columns of the result.
  var outputSize: (rows: Int, columns: Int)
  var weights: [Float]
  var bias: [Float]
  var activation = Activation.none
}

/// `activation(scale[c] * x + shift[c])` in each channel.
struct ScaleShift: Sendable {
  var scale: [Float]
  var shift: [Float]
  var activation = Activation.none
}

/// The maximum or the average over a window; sizes and padding are in elements of the input.
struct Pooling: Equatable, Sendable {
  enum Kind: Sendable {
    case maximum
    case average(countsPadding: Bool)
  }
  var kind: Kind
  var window: Window

  static func == (a: Pooling, b: Pooling) -> Bool {
    switch (a.kind, b.kind) {
    case (.maximum, .maximum): a.window == b.window
    case (.average(let p), .average(let q)): p == q && a.window == b.window
    default: false
    }
  }
}

/// For each index of a resized axis, the two source indices and the weight of the second.
struct ResampledAxis: Equatable, Sendable {
  var lower: [Int32]
  var upper: [Int32]
  var upperWeight: [Float]

  var count: Int { lower.count }
  var isNearest: Bool { upperWeight.allSatisfy { $0 == 0 } }
  /// Whether index i reads source i / 2: what nearest doubling does under every ONNX rounding.
  var isDoubling: Bool { isNearest && lower.indices.allSatisfy { Int(lower[$0]) == $0 / 2 } }
}

/// How a map is resized, for rows and columns apart.
struct Resampling: Equatable, Sendable {
  var rows: ResampledAxis
  var columns: ResampledAxis

  var isNearest: Bool { rows.isNearest && columns.isNearest }
  var isDoubling: Bool { rows.isDoubling && columns.isDoubling }
}

/// An operation on two values, element by element.
enum Elementwise: Sendable {
  case add, subtract, multiply, divide
}

/// Padding of each of the four axes.
struct Padding: Sendable {
  var before: [Int]
  var after: [Int]
  var value: Float
}

/// What a node computes. Maps are `[1, C, H, W]`, except between the transposes of an NHWC model.
enum Operation: Sendable {
  case convolution(Convolution)
  case transposedConvolution(TransposedConvolution)
  case scaleShift(ScaleShift)
  case activation(Activation)
  case softmax(axis: Int)
  case pool(Pooling)
  case resample(Resampling)
  case concatenate(axis: Int)
  case elementwise(Elementwise, Activation)
  case pad(Padding)
  case transpose([Int])
}
