/// The part of a picture where ultrasound was seen: the fan, without burnt-in text, ECG trace and depth marks.
public struct SectorMask: Equatable, Sendable {
  public let mask: BinaryMask
  public let spacing: PixelSpacing
  /// Bounds of the sector in pixels.
  public let box: GridBox
  /// Squared millimetres from each pixel of the grid to the nearest pixel outside the sector, H x W.
  private let squaredDepths: [Float]

  /// A sector that is known already, `nil` where `mask` is empty.
  public init?(mask: BinaryMask, spacing: PixelSpacing) {
    guard let box = mask.boundingBox else { return nil }
    self.mask = mask
    self.spacing = spacing
    self.box = box
    squaredDepths = DistanceTransform.squared(to: mask.inverted, spacing: spacing)
  }

  /// Millimetres from `point` to the sector's edge, or to the picture's edge where that is nearer: 0 outside.
  public func distanceToEdge(_ point: Point) -> Double {
    let x = Int(point.x.rounded())
    let y = Int(point.y.rounded())
    guard mask.contains(x: x, y: y) else { return 0 }
    let inside = Double(squaredDepths[y * mask.width + x]).squareRoot()
    let across = (min(point.x, Double(mask.width - 1) - point.x) + 1) * spacing.x
    let down = (min(point.y, Double(mask.height - 1) - point.y) + 1) * spacing.y
    return min(inside, across, down)
  }

  /// The sector on the grid of the pixels of `box`, as the grid of a mask of that box is.
  public func cropped(to box: GridBox) -> SectorMask? {
    var part = BinaryMask(width: box.width, height: box.height)
    for y in 0..<box.height {
      for x in 0..<box.width {
        part.bits[y * box.width + x] = mask.contains(x: box.minX + x, y: box.minY + y)
      }
    }
    return SectorMask(mask: part, spacing: spacing)
  }
}

/// What each pixel of a cine went through: what is burnt in does not change, and the cursor of an ECG trace lights
/// a pixel only when it passes.
public struct TemporalRange: Equatable, Sendable {
  public let width: Int
  public let height: Int
  /// H x W.
  public private(set) var brightest: [UInt8]
  public private(set) var darkest: [UInt8]
  /// In how many frames a pixel was not black, H x W.
  public private(set) var litFrames: [UInt16]
  public private(set) var frames = 0

  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
    brightest = [UInt8](repeating: 0, count: width * height)
    darkest = [UInt8](repeating: 255, count: width * height)
    litFrames = [UInt16](repeating: 0, count: width * height)
  }

  /// Takes a frame in, H x W.
  public mutating func add(_ pixels: [UInt8]) {
    precondition(pixels.count == brightest.count, "a frame of the same size")
    frames += 1
    // Three passes that the compiler makes vector instructions of.
    pixels.withUnsafeBufferPointer { pixels in
      brightest.withUnsafeMutableBufferPointer { brightest in
        for i in pixels.indices { brightest[i] = max(brightest[i], pixels[i]) }
      }
      darkest.withUnsafeMutableBufferPointer { darkest in
        for i in pixels.indices { darkest[i] = min(darkest[i], pixels[i]) }
      }
      litFrames.withUnsafeMutableBufferPointer { lit in
        for i in pixels.indices {
          lit[i] &+= pixels[i] > SectorMask.litLevel && lit[i] < .max ? 1 : 0
        }
      }
    }
  }
}

extension SectorMask {
  /// Lossy compression makes the surroundings of burnt-in text flicker by a few grey values; speckle changes by
  /// tens. Seen on JPEG loops of five vendors.
  static let flicker: UInt8 = 12
  /// Speckle is brighter than this now and then, even within a chamber.
  static let litLevel: UInt8 = 6
  /// A sector's pixel is lit in at least this share of the frames; a cursor passes a pixel in one or two.
  static let litShare = 0.08
  /// Grey values that a still shows outside of the sector, compression included.
  static let blackness: UInt8 = 2
  /// Radii as shares of the picture's shorter side: gaps between speckles are bridged by the first, and the
  /// ECG trace and letters, all thinner than twice the second, are cut off by it.
  static let bridge = 0.012
  static let trace = 0.02
  /// A sector that covers less of its picture than this is not one.
  static let smallestShare = 0.05

  /// The sector of a cine, from what changes in it; `nil` where nothing of a sector's size does.
  public init?(_ range: TemporalRange, spacing: PixelSpacing) {
    guard let mask = Self.mask(of: range) else { return nil }
    self.init(mask: mask, spacing: spacing)
  }

  /// The pixels of a cine's sector.
  public static func mask(of range: TemporalRange) -> BinaryMask? {
    let fewest = max(2, Int((litShare * Double(range.frames)).rounded(.up)))
    let moving = range.brightest.indices.map { i in
      range.brightest[i] > range.darkest[i] && range.brightest[i] - range.darkest[i] > flicker
        && Int(range.litFrames[i]) >= fewest
    }
    return mask(evidence: BinaryMask(width: range.width, height: range.height, bits: moving))
  }

  /// The sector of one picture, from what is not black in it; `nil` where nothing of a sector's size is.
  public init?(still pixels: [UInt8], width: Int, height: Int, spacing: PixelSpacing) {
    let bits = pixels.map { $0 > Self.blackness }
    let evidence = BinaryMask(width: width, height: height, bits: bits)
    guard let mask = Self.mask(evidence: evidence) else { return nil }
    self.init(mask: mask, spacing: spacing)
  }

  /// A sector is convex but for the small arc of its transducer, so the hull of its largest piece is taken: dark
  /// chambers and shadowed edges belong to it.
  private static func mask(evidence: BinaryMask) -> BinaryMask? {
    let side = Double(min(evidence.width, evidence.height))
    let pixels = PixelSpacing(x: 1, y: 1)
    let solid = evidence.closed(radius: bridge * side, spacing: pixels).holesFilled
      .opened(radius: trace * side, spacing: pixels).largestComponent
    guard Double(solid.count) >= smallestShare * Double(evidence.bits.count) else { return nil }
    return solid.convexHull
  }
}

extension SectorMask {
  /// How much of a chamber's outline lies within 2 mm of the sector's edge where the sector cuts it: a chamber that
  /// only comes near the edge touches it with less.
  private static let cutShare = 0.1
  private static let cutMargin = 2.0

  /// Whether the sector's edge, or the picture's, runs through a chamber.
  public func cuts(_ labels: LabelMask, _ chamber: ChamberLabel) -> Bool {
    let outline = BinaryMask(labels, chamber).largestComponent.boundary
    return outline.share(where: { distanceToEdge($0) < Self.cutMargin }) > Self.cutShare
  }
}
