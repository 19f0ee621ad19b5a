import CKernels

extension ck_window_axis {
  init(_ axis: Window.Axis) {
    self.init(
      size: Int32(axis.size), stride: Int32(axis.stride), dilation: Int32(axis.dilation),
      pad_before: Int32(axis.padBefore))
  }
}

extension ck_activation {
  init(_ activation: Activation) {
    switch activation {
    case .none: self.init(kind: CK_ACTIVATION_NONE, slope: 0)
    case .relu: self.init(kind: CK_ACTIVATION_RELU, slope: 0)
    case .leakyRelu(let slope): self.init(kind: CK_ACTIVATION_LEAKY_RELU, slope: slope)
    case .sigmoid: self.init(kind: CK_ACTIVATION_SIGMOID, slope: 0)
    }
  }

  /// For the kernels that leave the sigmoid to a step of its own.
  init(withoutSigmoid activation: Activation) {
    self.init(activation == .sigmoid ? .none : activation)
  }
}

extension ck_binary {
  init(_ operation: Elementwise) {
    self =
      switch operation {
      case .add: CK_ADD
      case .subtract: CK_SUBTRACT
      case .multiply: CK_MULTIPLY
      case .divide: CK_DIVIDE
      }
  }
}

extension ResampledAxis {
  /// The tables as the kernels take them, for the time of `body`.
  func withKernelAxis(isNearest: Bool, _ body: (ck_resampled_axis) -> Void) {
    lower.withUnsafeBufferPointer { lower in
      upper.withUnsafeBufferPointer { upper in
        upperWeight.withUnsafeBufferPointer { weight in
          body(
            ck_resampled_axis(
              lower: lower.baseAddress, upper: upper.baseAddress,
              upper_weight: isNearest ? nil : weight.baseAddress))
        }
      }
    }
  }
}
