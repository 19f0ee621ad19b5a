import Hinge
import Study

/// A 2D picture within the stored frame, and what is known of its scale.
package struct ImageRegion: Equatable, Sendable {
  /// Within the image.
  package var box: PixelBox
  package var spacing: PixelSpacing?
  /// Why there is no spacing.
  package var spacingReason: ReasonCode?
  /// Whether the scale holds only if the sector reaches the region's lower edge: something else that the file places
  /// lies outside of the image, which may have been cut, and may have been shrunk.
  var isScaleDoubtful = false

  package init(
    box: PixelBox, spacing: PixelSpacing? = nil, spacingReason: ReasonCode? = nil,
    isScaleDoubtful: Bool = false
  ) {
    self.box = box
    self.spacing = spacing
    self.spacingReason = spacingReason
    self.isScaleDoubtful = isScaleDoubtful
  }
}

/// Where the 2D pictures of a clip are and how large their pixels are, by the Sequence of Ultrasound Regions
/// (PS3.3 C.8.5.5). Regions that cannot be trusted give no millimetres, and no other attribute replaces them.
enum PixelCalibration {
  /// How far outside a coordinate may lie, as a share of the image's side: Philips writes 800 for 800 columns, and
  /// others two more. An image that was shrunk is so by far more.
  private static let outsideTolerance = 0.01
  /// A region that has fewer rows or columns holds nothing.
  private static let smallestSide = 8
  /// No transthoracic picture is less than 1 cm deep, and no echo returns from beyond 40 cm.
  private static let plausibleDepth = 1.0...40.0
  /// Across, a sector of that depth and of less than a half turn, or a zoomed part of one.
  private static let plausibleWidth = 0.5...80.0
  /// Width over height of a pixel.
  private static let plausibleAspect = 0.1...10.0
  /// Relative difference up to which two regions have the same scale.
  private static let agreement = 0.005

  /// The 2D tissue regions, left to right. A clip that has no region of any kind, or only unspecific or unusable
  /// ones, is one picture as large as the image; so is one whose 2D regions reach outside of it, because then the
  /// picture was scaled or cut and its header was not.
  static func regions(of header: ClipHeader) -> [ImageRegion] {
    let image = header.imageBox
    let regions = usable(header)
    let pictures = regions.filter(\.is2D).isEmpty ? regions.filter(\.mayBe2D) : regions.filter(\.is2D)
    if pictures.contains(where: { reachesOutside($0, header) }) {
      return [ImageRegion(box: image, spacingReason: .regionOutsideImage)]
    }
    if pictures.isEmpty, !regions.contains(where: \.isSpecific) {
      let spacing =
        header.statesRegions ? nil : header.pixelSpacing.flatMap { Self.spacing(ofPixels: $0, image) }
      return [ImageRegion(box: image, spacing: spacing, spacingReason: spacing == nil ? .noCalibration : nil)]
    }
    let isDoubtful = header.regions.contains { reachesOutside($0, header) }
    let tissue = pictures.filter { !$0.isColourFlow }.compactMap { region($0, in: image, isDoubtful) }
    return withoutNested(withoutUncalibrated(tissue)).sorted { $0.box.x < $1.box.x }
  }

  /// The regions that hold something.
  static func usable(_ header: ClipHeader) -> [ClipHeader.Region] {
    header.regions.filter { min($0.maxX - $0.minX, $0.maxY - $0.minY) >= smallestSide }
  }

  /// Whether pictures of about one size are side by side, two planes of a biplane recording for instance: what is
  /// said of the clip's view cannot be true of each of them.
  static func showSeveralPictures(_ regions: [ImageRegion]) -> Bool {
    let areas = regions.map(\.box.area).sorted(by: >)
    return areas.count > 1 && areas[1] * 2 >= areas[0]
  }

  /// The boxes of the colour flow regions.
  static func colourBoxes(of header: ClipHeader) -> [PixelBox] {
    header.regions.filter { $0.is2D && $0.isColourFlow }.compactMap { $0.box(in: header.imageBox) }
  }

  private static func reachesOutside(_ region: ClipHeader.Region, _ header: ClipHeader) -> Bool {
    region.minX < 0 || region.minY < 0 || isOutside(region.maxX, header.columns)
      || isOutside(region.maxY, header.rows)
  }

  private static func isOutside(_ coordinate: Int, _ side: Int) -> Bool {
    Double(coordinate - side) > max(2, outsideTolerance * Double(side))
  }

  /// `nil` where it has no pixels.
  private static func region(
    _ region: ClipHeader.Region, in image: PixelBox, _ isDoubtful: Bool
  ) -> ImageRegion? {
    guard let box = region.box(in: image) else { return nil }
    let spacing = spacing(region, box)
    return ImageRegion(
      box: box, spacing: spacing, spacingReason: spacing == nil ? .noCalibration : nil,
      isScaleDoubtful: isDoubtful && spacing != nil)
  }

  /// Deltas may be negative: Acuson's x axis points left.
  private static func spacing(_ region: ClipHeader.Region, _ box: PixelBox) -> PixelSpacing? {
    guard region.unitsX == ClipHeader.Region.centimetres, region.unitsY == ClipHeader.Region.centimetres
    else { return nil }
    return spacing(x: abs(region.deltaX) * 10, y: abs(region.deltaY) * 10, box)
  }

  /// PixelSpacing, where it is not that of a screen or a printer, or a placeholder.
  private static func spacing(ofPixels spacing: PixelSpacing, _ box: PixelBox) -> PixelSpacing? {
    let isDevice = ([spacing.x, spacing.y] as [Double]).allSatisfy { side in
      side == side.rounded() || deviceDotsPerInch.contains { abs(side * $0 / 25.4 - 1) < deviceAgreement }
    }
    return isDevice ? nil : Self.spacing(x: spacing.x, y: spacing.y, box)
  }

  /// What screens and printers have, and how exactly a spacing is theirs: 0.2646, 0.26458 and 0.264583 mm are 96 dots
  /// an inch.
  private static let deviceDotsPerInch = [72.0, 75, 90, 96, 100, 120, 144, 150, 192, 200, 300, 400, 600]
  private static let deviceAgreement = 0.0015

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
  package var imageBox: PixelBox { PixelBox(x: 0, y: 0, width: columns, height: rows) }

  fileprivate var statesRegions: Bool { !regions.isEmpty || unusableRegions > 0 }
}

extension ClipHeader.Region {
  /// Region Spatial Format (0018,6012).
  static let unspecific = 0
  static let twoDimensional = 1
  static let mMode = 2
  static let spectral = 3
  /// Region Data Type (0018,6014).
  package static let tissue = 1
  static let colourFlow = 2
  /// Physical Units X and Y Direction (0018,6024), (0018,6026).
  static let centimetres = 3

  var is2D: Bool {
    spatialFormat == Self.twoDimensional && (dataType == Self.tissue || dataType == Self.colourFlow)
  }
  /// A region of unstated format or type that has the scale of a picture, or whose format is that of one: the only
  /// one of a file is its picture.
  var mayBe2D: Bool {
    let isPicture = spatialFormat == Self.twoDimensional || spatialFormat == Self.unspecific
    let isScaled = unitsX == Self.centimetres && unitsY == Self.centimetres
    return isPicture && (dataType == Self.tissue || dataType == 0)
      && (isScaled || spatialFormat == Self.twoDimensional)
  }
  var isSpecific: Bool { spatialFormat != Self.unspecific }
  var isColourFlow: Bool { dataType == Self.colourFlow }

  /// The part within the image; `nil` where there is none.
  package func box(in image: PixelBox) -> PixelBox? {
    let left = max(minX, image.x)
    let top = max(minY, image.y)
    let width = min(maxX, image.maxX) - left + 1
    let height = min(maxY, image.maxY) - top + 1
    guard width > 0, height > 0 else { return nil }
    return PixelBox(x: left, y: top, width: width, height: height)
  }
}
