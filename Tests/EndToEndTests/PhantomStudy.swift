import Foundation

@testable import Clips
@testable import Phantom
@testable import Reports

/// Small synthetic clips for tests that run the whole program: one beat and a half of a heart that never was.
enum PhantomStudy {
  static let study = "2.25.1001"
  static let series = "2.25.1002"

  private static let cine: PhantomCine = {
    var parameters = PhantomCine.Parameters()
    parameters.seed = 21
    parameters.rows = 400
    parameters.columns = 520
    parameters.frames = 30
    parameters.frameTime = 40
    return PhantomCine(parameters)
  }()

  /// Drawing takes longer than measuring, so all clips share one loop.
  private static let pixels = cine.pixels()

  /// Writes a clip; `change` may alter what the file says.
  static func write(
    to path: String, instance: Int = 1, study: String = study, change: (inout CineFile) -> Void = { _ in }
  ) throws {
    var file = cine.file(
      sopInstanceUID: "\(study).\(instance)", studyInstanceUID: study, seriesInstanceUID: series,
      instanceNumber: instance)
    change(&file)
    try CineWriter.write(file, pixels: pixels, to: path)
  }
}
