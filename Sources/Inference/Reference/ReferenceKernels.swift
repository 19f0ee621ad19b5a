import CKernels

/// Calls the plain kernel of each operation. Memory is planar: `[N][C][H][W]` without gaps.
enum ReferenceKernels {
  struct Planes {
    var data: UnsafeMutablePointer<Float>
    /// Four axes.
    var shape: [Int]

    var count: Int { shape.reduce(1, *) }
    var kernelShape: ck_shape {
      ck_shape(channels: Int32(shape[1]), height: Int32(shape[2]), width: Int32(shape[3]))
    }
    /// Floats from one element to the next along each axis.
    var strides: [Int] {
      [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1]
    }
  }

  static func run(_ operation: Operation, _ inputs: [Planes], into output: Planes) {
    let input = inputs[0]
    let (from, to) = (input.kernelShape, output.kernelShape)
    switch operation {
    case .convolution(let convolution):
      ck_reference_conv(
        input.data, from, convolution.weights, convolution.bias, .init(convolution.window.rows),
        .init(convolution.window.columns), output.data, to)
      activate(output, convolution.activation)
    case .transposedConvolution(let convolution):
      ck_reference_conv_transposed(
        input.data, from, convolution.weights, convolution.bias, .init(convolution.window.rows),
        .init(convolution.window.columns), output.data, to)
      activate(output, convolution.activation)
    case .scaleShift(let line):
      ck_reference_scale_shift(input.data, from, line.scale, line.shift, output.data)
      activate(output, line.activation)
    case .activation(let activation):
      output.data.update(from: input.data, count: input.count)
      activate(output, activation)
    case .softmax(let axis):
      ck_reference_softmax(
        input.data, input.shape[..<axis].reduce(1, *), input.shape[axis],
        input.shape[(axis + 1)...].reduce(1, *), output.data)
    case .pool(let pooling): pool(pooling, input, output)
    case .resample(let resampling): resample(resampling, input, output)
    case .concatenate(let axis): concatenate(inputs, axis, output)
    case .elementwise(let operation, let activation):
      ck_reference_binary(
        .init(operation), input.data, input.broadcast(to: output), inputs[1].data,
        inputs[1].broadcast(to: output), output.data, output.shape)
      activate(output, activation)
    case .pad(let padding): pad(padding, input, output)
    case .transpose(let order):
      ck_reference_gather(
        input.data, order.map { input.strides[$0] }, output.data, output.strides, output.shape)
    }
  }

  private static func activate(_ planes: Planes, _ activation: Activation) {
    ck_reference_activation(planes.data, planes.count, .init(activation))
  }

  private static func pool(_ pooling: Pooling, _ input: Planes, _ output: Planes) {
    let (rows, columns) = (ck_window_axis(pooling.window.rows), ck_window_axis(pooling.window.columns))
    switch pooling.kind {
    case .maximum:
      ck_reference_max_pool(input.data, input.kernelShape, rows, columns, output.data, output.kernelShape)
    case .average(let countsPadding):
      ck_reference_average_pool(
        input.data, input.kernelShape, rows, columns, countsPadding, output.data, output.kernelShape)
    }
  }

  private static func resample(_ resampling: Resampling, _ input: Planes, _ output: Planes) {
    resampling.rows.withKernelAxis(isNearest: false) { rows in
      resampling.columns.withKernelAxis(isNearest: false) { columns in
        ck_reference_resample(input.data, input.kernelShape, rows, columns, output.data, output.kernelShape)
      }
    }
  }

  private static func concatenate(_ inputs: [Planes], _ axis: Int, _ output: Planes) {
    var start = 0
    for input in inputs {
      ck_reference_gather(
        input.data, input.strides, output.data + start * output.strides[axis], output.strides, input.shape)
      start += input.shape[axis]
    }
  }

  private static func pad(_ padding: Padding, _ input: Planes, _ output: Planes) {
    output.data.update(repeating: padding.value, count: output.count)
    let start = zip(padding.before, output.strides).map(*).reduce(0, +)
    ck_reference_gather(input.data, input.strides, output.data + start, output.strides, input.shape)
  }
}

extension ReferenceKernels.Planes {
  /// Strides that repeat an axis of size 1 where `other` has more.
  fileprivate func broadcast(to other: ReferenceKernels.Planes) -> [Int] {
    (0..<4).map { shape[$0] == 1 && other.shape[$0] > 1 ? 0 : strides[$0] }
  }
}
