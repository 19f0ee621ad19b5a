import Hinge

/// A 2D picture within the stored frame, and what is known of its scale.
struct ImageRegion: Equatable, Sendable {
  /// Within the image.
  var box: PixelBox
  var spacing: PixelSpacing?
  /// Why there is no spacing.
  var spacingReason: ReasonCode?
}

/// Where the 2D pictures of a clip are and how large their pixels are, by the Sequence of Ultrasound Regions
/// (PS3.3 C.8.5.5). Regions that cannot be trusted give no millimetres, and no other attribute stands in for them.
enum PixelCalibration {
  /// A vendor's largest coordinate may be the first one outside: Philips writes 800 for 800 columns.
  private static let outsideTolerance = 1
  /// No transthoracic picture is less than 1 cm deep, and no echo returns from beyond 40 cm.
  private static let plausibleDepth = 1.0...40.0
  /// Across, a sector of that depth and of less than a half turn, or a zoomed part of one.
  private static let plausibleWidth = 0.5...80.0
  /// Width over height of a pixel.
  private static let plausibleAspect = 0.1...10.0
  /// Relative difference up to which two regions have the same scale.
  private static let agreement = 0.005

  /// The 2D tissue regions, left to right. A clip that has no region of any kind, or only unspecific or unusable
  /// ones, is one picture as large as the image; so is one whose regions reach outside of it, because then the picture was
  /// scaled or cut and its header was not.
  static func regions(of header: ClipHeader) -> [ImageRegion] {
    let image = header.imageBox
    let declared = header.regions.filter { $0.spatialFormat != ClipHeader.Region.unspecific }
    if header.regions.contains(where: { reachesOutside($0, header) }) {
      return [ImageRegion(box: image, spacingReason: .regionOutsideImage)]
    }
    if declared.isEmpty {
      let spacing =
        header.statesRegions ? nil : header.pixelSpacing.flatMap { Self.spacing(x: $0.x, y: $0.y, image) }
      return [ImageRegion(box: image, spacing: spacing, spacingReason: spacing == nil ? .noCalibration : nil)]
    }
    let tissue = declared.filter { $0.is2D && !$0.isColourFlow }.compactMap { region($0, in: image) }
    return withoutNested(withoutUncalibrated(tissue)).sorted { $0.box.x < $1.box.x }
  }

  /// Whether pictures of about one size stand side by side, two planes of a biplane recording for instance: what is
  /// said of the clip's view cannot be true of each of them.
  static func showSeveralPictures(_ regions: [ImageRegion]) -> Bool {
    let areas = regions.map(\.box.area).sorted(by: >)
    return areas.count > 1 && areas[1] * 2 >= areas[0]
  }

  /// The boxes of the colour flow regions.
  static func colourBoxes(of header: ClipHeader) -> [PixelBox] {
    header.regions.filter { $0.is2D && $0.isColourFlow }.compactMap { $0.box(in: header.imageBox) }
  }

  /// The bounds of all 2D regions together; the whole image where there are none.
  static func bounds(of header: ClipHeader) -> PixelBox {
    let boxes = regions(of: header).map(\.box) + colourBoxes(of: header)
    return boxes.dropFirst().reduce(boxes.first ?? header.imageBox) { $0.union($1) }
  }

  private static func reachesOutside(_ region: ClipHeader.Region, _ header: ClipHeader) -> Bool {
    region.minX < 0 || region.minY < 0 || region.maxX >= header.columns + outsideTolerance
      || region.maxY >= header.rows + outsideTolerance
  }

  /// `nil` where it has no pixels.
  private static func region(_ region: ClipHeader.Region, in image: PixelBox) -> ImageRegion? {
    guard let box = region.box(in: image) else { return nil }
    let spacing = spacing(region, box)
    return ImageRegion(box: box, spacing: spacing, spacingReason: spacing == nil ? .noCalibration : nil)
  }

  /// Deltas may be negative: Acuson's x axis points left.
  private static func spacing(_ region: ClipHeader.Region, _ box: PixelBox) -> PixelSpacing? {
    guard region.unitsX == ClipHeader.Region.centimetres, region.unitsY == ClipHeader.Region.centimetres
    else { return nil }
    return spacing(x: abs(region.deltaX) * 10, y: abs(region.deltaY) * 10, box)
  }

  /// Millimetres a pixel, where a picture as large as the box can have them.
  private static func spacing(x: Double, y: Double, _ box: PixelBox) -> PixelSpacing? {
    guard plausibleWidth.contains(x * Double(box.width) / 10),
      plausibleDepth.contains(y * Double(box.height) / 10), plausibleAspect.contains(x / y)
    else { return nil }
    return PixelSpacing(x: x, y: y)
  }

  private static func withoutUncalibrated(_ regions: [ImageRegion]) -> [ImageRegion] {
    regions.contains { $0.spacing != nil } ? regions.filter { $0.spacing != nil } : regions
  }

  /// Of nested regions the outermost stays, with its scale if they agree on it.
  private static func withoutNested(_ regions: [ImageRegion]) -> [ImageRegion] {
    var kept: [ImageRegion] = []
    for region in regions.sorted(by: { $0.box.area > $1.box.area }) {
      guard let outer = kept.firstIndex(where: { $0.box.contains(region.box) }) else {
        kept.append(region)
        continue
      }
      if !agree(kept[outer].spacing, region.spacing) {
        kept[outer].spacing = nil
        kept[outer].spacingReason = .noCalibration
      }
    }
    return kept
  }

  private static func agree(_ a: PixelSpacing?, _ b: PixelSpacing?) -> Bool {
    guard let a, let b else { return a == b }
    return abs(a.x - b.x) <= agreement * a.x && abs(a.y - b.y) <= agreement * a.y
  }
}

extension ClipHeader {
  var imageBox: PixelBox { PixelBox(x: 0, y: 0, width: columns, height: rows) }

  fileprivate var statesRegions: Bool { !regions.isEmpty || unusableRegions > 0 }
}

extension ClipHeader.Region {
  /// Region Spatial Format (0018,6012).
  static let unspecific = 0
  static let twoDimensional = 1
  static let mMode = 2
  static let spectral = 3
  /// Region Data Type (0018,6014).
  static let tissue = 1
  static let colourFlow = 2
  /// Physical Units X and Y Direction (0018,6024), (0018,6026).
  static let centimetres = 3

  var is2D: Bool {
    spatialFormat == Self.twoDimensional && (dataType == Self.tissue || dataType == Self.colourFlow)
  }
  var isColourFlow: Bool { dataType == Self.colourFlow }

  /// The part within the image; `nil` where there is none.
  func box(in image: PixelBox) -> PixelBox? {
    let left = max(minX, image.x)
    let top = max(minY, image.y)
    let width = min(maxX, image.maxX) - left + 1
    let height = min(maxY, image.maxY) - top + 1
    guard width > 0, height > 0 else { return nil }
    return PixelBox(x: left, y: top, width: width, height: height)
  }
}
