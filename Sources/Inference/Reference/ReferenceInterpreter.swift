/// Executes a graph node by node with the plain kernels. Slow; the fast path is judged by it.
struct ReferenceInterpreter {
  let graph: Graph

  /// `input` and the results are `[1,C,H,W]`, as the graph's input and outputs.
  func run(_ input: [Float]) -> [[Float]] {
    var values: [ValueID: [Float]] = [graph.input: input]
    for node in graph.nodes {
      var arguments = node.inputs.map { values[$0] ?? [] }
      let shape = graph.shapes[node.output]
      var result = [Float](repeating: 0, count: shape.reduce(1, *))
      result.withUnsafeMutableBufferPointer { output in
        guard let base = output.baseAddress else { return }
        Self.withPlanes(&arguments, node.inputs.map { graph.shapes[$0] }, []) { planes in
          ReferenceKernels.run(node.operation, planes, into: .init(data: base, shape: shape))
        }
      }
      values[node.output] = result
    }
    return graph.outputs.map { values[$0.value] ?? [] }
  }

  private static func withPlanes(
    _ arrays: inout [[Float]], _ shapes: [[Int]], _ planes: [ReferenceKernels.Planes],
    _ body: ([ReferenceKernels.Planes]) -> Void
  ) {
    let index = planes.count
    guard index < arrays.count else { return body(planes) }
    var array = arrays[index]
    array.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      withPlanes(&arrays, shapes, planes + [.init(data: base, shape: shapes[index])], body)
    }
  }
}
