/// What a decode worker is asked for; its command line.
package struct DecodeRequest: Equatable {
  package enum Frames: Equatable {
    case none
    case all
    case some([Int])
    /// No frames: the file is a list of paths, each ended by a NUL, and the headers of all of them are asked for.
    case headersOfList
    /// The file is an archive: what it holds is asked for, with or without the content.
    case archive(unpacks: Bool)
    /// No file is read: what a worker may not do is tried, and each attempt answered by a line of text.
    case confinement
  }

  package static let command = "decode-worker"
  fileprivate static let chroma = "chroma"
  fileprivate static let luma = "luma"

  package var frames: Frames
  /// Whether frames come with their chroma.
  var withChroma = false
  package var limits: DecodeLimits

  package var arguments: [String] {
    [
      Self.command, String(limits.maxPixels), String(limits.maxFrames), String(limits.maxTotalPixels),
      String(limits.memoryMegabytes), String(limits.cpuSeconds), framesArgument,
      withChroma ? Self.chroma : Self.luma,
    ]
  }

  private var framesArgument: String {
    switch frames {
    case .none: "none"
    case .all: "all"
    case .headersOfList: "list"
    case .archive(unpacks: true): "unpack"
    case .archive(unpacks: false): "check"
    case .confinement: "confinement"
    case .some(let indices): indices.map(String.init).joined(separator: ",")
    }
  }
}

extension DecodeRequest {
  /// `nil` where the arguments, the command's name first, are not those of a request.
  package init?(arguments: [String]) {
    let numbers = arguments.dropFirst().prefix(5).compactMap(Int.init)
    guard arguments.first == Self.command, arguments.count == 8, numbers.count == 5,
      numbers.allSatisfy({ (1...Int(Int32.max) * 1024).contains($0) }),
      let frames = Frames(argument: arguments[6])
    else { return nil }
    guard [Self.chroma, Self.luma].contains(arguments[7]) else { return nil }
    self.frames = frames
    withChroma = arguments[7] == Self.chroma
    limits = DecodeLimits(
      maxPixels: numbers[0], maxFrames: numbers[1], maxTotalPixels: numbers[2], memoryMegabytes: numbers[3],
      cpuSeconds: numbers[4])
  }
}

extension DecodeRequest.Frames {
  fileprivate init?(argument: String) {
    switch argument {
    case "none": self = .none
    case "all": self = .all
    case "list": self = .headersOfList
    case "unpack": self = .archive(unpacks: true)
    case "check": self = .archive(unpacks: false)
    case "confinement": self = .confinement
    default:
      let parts = argument.split(separator: ",", omittingEmptySubsequences: true)
      let indices = parts.compactMap { UInt32($0).map(Int.init) }
      guard indices.count == parts.count else { return nil }
      self = .some(indices)
    }
  }
}
