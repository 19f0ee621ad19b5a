import Foundation
import Hinge
import TestSupport
import Testing

@testable import WatchDaemon

@Suite struct ValveSurroundingsTests {
  private static let spacing = PixelSpacing(x: 0.6, y: 0.8)

  /// Bright on the left half of a wide picture, with its hinge points in the middle.
  private func picture(isBright: (Int) -> Bool) throws -> ValveSurroundings {
    let (width, height) = (400, 240)
    let pixels = (0..<width * height).map { UInt8(isBright($0 % width) ? 200 : 20) }
    let mask = BinaryMask(width: width, height: height, filled: true)
    let sector = try #require(SectorMask(mask: mask, spacing: Self.spacing))
    var found = ValveSurroundings()
    found.add(pixels, sector: sector, hinges: (Point(x: 174.5, y: 160), Point(x: 224.5, y: 160)))
    return found
  }

  @Test func aMirroredPictureHasTheOppositeOdds() throws {
    let weights = [Double](repeating: 0.01, count: ValveSurroundings.up * ValveSurroundings.across / 2)
    let shown = try #require(try picture { $0 < 200 }.logOdds(weights))
    let mirrored = try #require(try picture { $0 >= 200 }.logOdds(weights))
    #expect(shown > 0.5 && abs(shown + mirrored) < 1e-9)
    #expect(try #require(picture { _ in true }.logOdds(weights)) == 0)
  }

  @Test func saysNothingWithoutAPictureOrWithWeightsOfOtherCells() throws {
    #expect(ValveSurroundings().logOdds([Double](repeating: 1, count: 120)) == nil)
    #expect(try picture { $0 < 200 }.logOdds([1, 2, 3]) == nil)
  }

  /// The patients of the validation list, whom the weights have not seen, with the hinge points of the truth.
  @Test(
    .enabled(if: TestData.isPresent, "needs HINGED_TEST_DATA"),
    arguments: [(EchoView.a4c, "camus"), (.a2c, "camus_2ch")])
  func tellsMirroredPicturesOfCAMUS(view: EchoView, folder: String) throws {
    let card = try JSONDecoder().decode(
      ModelCard.self, from: Data(contentsOf: URL(fileURLWithPath: ModelCard.path(ofModel: Checkout.model))))
    let data = try CAMUSDataset(
      folder: TestData.path(folder), list: TestData.path("camus/subgroup_validation.txt"), views: nil)
    var (shown, mirrored, all) = (0, 0, 0)
    for entry in data.entries where entry.phase == .endDiastole {
      let sample = try data.load(entry)
      guard let line = ContactLine(of: sample.truth) else { continue }
      all += 1
      if try looksMirrored(sample.picture, line.left, line.right, card, view) { shown += 1 }
      let width = Double(sample.picture.width - 1)
      let ends = (
        Point(x: width - line.right.x, y: line.right.y), Point(x: width - line.left.x, y: line.left.y)
      )
      if try looksMirrored(sample.picture.mirrored, ends.0, ends.1, card, view) { mirrored += 1 }
    }
    #expect(all >= 48 && shown <= 1, "\(shown) of \(all)")
    #expect(Double(mirrored) >= 0.6 * Double(all), "\(mirrored) of \(all)")
  }

  private func looksMirrored(
    _ image: GridImage, _ left: Point, _ right: Point, _ card: ModelCard, _ view: EchoView
  ) throws -> Bool {
    let sector = try #require(
      SectorMask(still: image.pixels, width: image.width, height: image.height, spacing: image.spacing))
    var found = ValveSurroundings()
    found.add(image.pixels, sector: sector, hinges: (left, right))
    let answer = card.looksMirrored(found, view: view)
    return try #require(answer as Bool?)
  }
}

extension GridImage {
  fileprivate var mirrored: GridImage {
    var image = self
    for y in 0..<height {
      image.pixels.replaceSubrange(
        y * width..<(y + 1) * width, with: pixels[y * width..<(y + 1) * width].reversed())
    }
    return image
  }
}
