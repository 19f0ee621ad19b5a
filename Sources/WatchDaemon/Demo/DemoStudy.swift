import Foundation
import Hinge
import Lab
import Phantom

/// One loop of the demonstration, with what is true of it.
struct DemoClip: Sendable {
  var title: String
  var cine: PhantomCine
  var file: CineFile
  /// Red, green and blue instead of grey.
  var isColour: Bool

  func write(to path: String) throws {
    try CineWriter.write(file, pixels: isColour ? cine.colourPixels() : cine.pixels(), to: path)
  }
}

/// The synthetic study of `hinged demo`: two four-chamber loops of one heart that never was.
enum DemoStudy {
  // UUIDv5 of the URL namespace over `urn:hinged:demo:study`, `:series`, `:clip 2` and `:clip 1`, as PS3.5 B.2
  // writes them; the clips' in the order in which results list clips, by instance UID.
  static let studyInstanceUID = "2.25.5478480293507646929154517070368358337"
  static let seriesInstanceUID = "2.25.79094469854157942170775389066693649078"
  static let clipUIDs = [
    "2.25.40810778103724302434710089485780465841",
    "2.25.99569708021030783799161236568027278640",
  ]

  static func clips() -> [DemoClip] {
    [scannerLike, plain]
  }

  /// As many scanners store it: JPEG in colour, with texts and an ECG around the sector.
  private static var scannerLike: DemoClip {
    var parameters = PhantomCine.Parameters()
    parameters.seed = 11
    parameters.frames = 62
    parameters.graphics = true
    var clip = clip(number: 1, title: "66 beats a minute, JPEG in colour, 160 mm deep", parameters)
    clip.isColour = true
    clip.file.photometric = .rgb
    clip.file.transfer = .jpegBaseline
    return clip
  }

  /// Uncompressed grey with pixels that are not square, a faster heart, a deeper and wider sector.
  private static var plain: DemoClip {
    var parameters = PhantomCine.Parameters()
    parameters.seed = 12
    parameters.rows = 456
    parameters.columns = 576
    parameters.frames = 48
    parameters.frameTime = 33.333
    parameters.heartRate = 84
    parameters.depth = 170
    parameters.sectorDegrees = 82
    parameters.spacing = PixelSpacing(x: 0.42, y: 0.40)
    parameters.heartScale = 0.96
    parameters.offset = (x: 4, y: 3)
    parameters.rotation = 4
    return clip(number: 2, title: "84 beats a minute, uncompressed, 0.42 x 0.40 mm pixels", parameters)
  }

  private static func clip(number: Int, title: String, _ parameters: PhantomCine.Parameters) -> DemoClip {
    let cine = PhantomCine(parameters)
    let file = cine.file(
      sopInstanceUID: clipUIDs[number - 1], studyInstanceUID: studyInstanceUID,
      seriesInstanceUID: seriesInstanceUID, instanceNumber: number)
    return DemoClip(title: title, cine: cine, file: file, isColour: false)
  }
}
