import Foundation
import Hinge
import Reports

/// A picture of the data set for the page: square pixels, labels tinted, points ringed.
struct PicturePanel {
  private static let height = 300
  private static let tints: [ChamberLabel: Colour] = [
    .leftVentricle: Colour(0x4c9be8), .myocardium: Colour(0x6fbf73), .leftAtrium: Colour(0xe8a24c),
  ]
  static let truthColour = Colour(0xffffff)
  static let foundColour = Colour(0xff4fd8)

  private var canvas: Canvas
  /// Pixels of the picture a pixel of the panel.
  private let stepX: Double
  private let stepY: Double

  /// - Parameter labels: on the picture's grid, to be laid over it.
  init(_ picture: GridImage, labels: LabelMask? = nil) {
    let pixel = Double(picture.height) * picture.spacing.y / Double(Self.height)
    stepX = pixel / picture.spacing.x
    stepY = pixel / picture.spacing.y
    let width = max(1, Int((Double(picture.width) / stepX).rounded()))
    canvas = Canvas(width: width, height: Self.height, colour: Colour(0))
    for y in 0..<Self.height {
      for x in 0..<width {
        let column = min(picture.width - 1, Int((Double(x) + 0.5) * stepX))
        let row = min(picture.height - 1, Int((Double(y) + 0.5) * stepY))
        let grey = UInt32(picture.pixels[row * picture.width + column])
        canvas.blend(Colour(grey << 16 | grey << 8 | grey), 1, x: x, y: y)
        let label = labels.flatMap { ChamberLabel(rawValue: $0.labels[row * $0.width + column]) }
        if let tint = label.flatMap({ Self.tints[$0] }) { canvas.blend(tint, 0.4, x: x, y: y) }
      }
    }
  }

  mutating func mark(_ points: [EvaluatedCase.SidedPoint]?, _ colour: Colour) {
    for point in points ?? [] {
      let place = Point(x: (point.x + 0.5) / stepX - 0.5, y: (point.y + 0.5) / stepY - 0.5)
      canvas.ring(at: place, radius: 4, width: 2, colour: colour)
    }
  }

  /// Every place as a small ring.
  mutating func dot(_ places: [Point], _ colour: Colour) {
    for place in places {
      let at = Point(x: (place.x + 0.5) / stepX - 0.5, y: (place.y + 0.5) / stepY - 0.5)
      canvas.ring(at: at, radius: 1, width: 1, colour: colour)
    }
  }

  func figure(_ caption: String) -> HTML {
    let png = Data(PNGEncoder.encode(canvas)).base64EncodedString()
    return """
      <figure><img src="data:image/png;base64,\(png)" alt="\(caption)" width="\(canvas.width)" \
      height="\(canvas.height)"><figcaption>\(caption)</figcaption></figure>
      """
  }
}

extension PicturePanel {
  /// The walk of one case: the picture, the truth, the labels found, the line where the chambers found touch, and
  /// both pairs of points.
  static func walk(
    _ item: EvaluatedCase, _ sample: CAMUSDataset.Sample, found: LabelMask
  ) -> [HTML] {
    [
      PicturePanel(sample.picture).figure("\(item.entry.name): the picture"),
      sample.known.isEmpty
        ? nil
        : PicturePanel(sample.picture, labels: sample.truth).figure("the labels as drawn by a physician"),
      PicturePanel(sample.picture, labels: found).figure("the labels found"),
      contactLine(sample.picture, found),
      points(item, sample.picture, caption: "hinge points: true white, found pink"),
    ].compactMap(\.self)
  }

  private static func contactLine(_ picture: GridImage, _ found: LabelMask) -> HTML {
    var panel = PicturePanel(picture)
    panel.dot(ContactLine(of: found)?.pixels ?? [], foundColour)
    return panel.figure("the contact line of the labels found")
  }

  static func points(
    _ item: EvaluatedCase, _ picture: GridImage, labels: LabelMask? = nil, caption: String
  ) -> HTML {
    var panel = PicturePanel(picture, labels: labels)
    panel.mark(item.truth, truthColour)
    panel.mark(item.points, foundColour)
    return panel.figure(caption)
  }
}
