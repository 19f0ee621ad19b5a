/// A tensor that is known when the model is loaded: a weight, or an operand of shape arithmetic.
struct Constant {
  enum Elements {
    case floats([Float])
    case integers([Int64])
  }

  /// Any rank; empty for a scalar.
  var shape: [Int]
  var elements: Elements

  init(shape: [Int], floats: [Float]) {
    self.shape = shape
    elements = .floats(floats)
  }

  init(shape: [Int], integers: [Int64]) {
    self.shape = shape
    elements = .integers(integers)
  }

  var count: Int {
    switch elements {
    case .floats(let list): list.count
    case .integers(let list): list.count
    }
  }

  var floats: [Float] {
    switch elements {
    case .floats(let list): list
    case .integers(let list): list.map { Float($0) }
    }
  }

  /// Empty where an element is not a whole number that 64 bits hold.
  var integers: [Int64] {
    switch elements {
    case .integers(let list): return list
    case .floats(let list):
      let whole = list.compactMap { Int64(exactly: $0.rounded(.towardZero)) }
      return whole.count == list.count ? whole : []
    }
  }

  var isInteger: Bool {
    if case .integers = elements { return true }
    return false
  }

  /// One value for each of `channels`, if the constant broadcasts along the channels of a `[1,C,H,W]` map only.
  func perChannel(_ channels: Int) -> [Float]? {
    if count == 1 { return [Float](repeating: floats[0], count: channels) }
    let isChannelVector = shape == [channels, 1, 1] || shape == [1, channels, 1, 1]
    return isChannelVector ? floats : nil
  }
}
