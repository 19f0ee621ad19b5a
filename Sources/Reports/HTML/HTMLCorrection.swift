import Foundation
import Hinge
import Platform
import Study

extension HTMLReport.Cine {
  /// Where the stored frame lies in a cine's pictures.
  package struct Place: Sendable, Equatable {
    /// The pixel of the stored frame whose outer corner is the pictures'.
    package var left: Double
    package var top: Double
    /// Pixels of the picture a pixel of the stored frame.
    package var scaleX: Double
    package var scaleY: Double
    /// Pixels of the pictures.
    package var width: Int
    package var height: Int

    package init(left: Double, top: Double, scaleX: Double, scaleY: Double, width: Int, height: Int) {
      (self.left, self.top, self.scaleX, self.scaleY) = (left, top, scaleX, scaleY)
      (self.width, self.height) = (width, height)
    }

    /// As an attribute has it; `nil` where that is none.
    init?(_ text: String) {
      let numbers = text.split(separator: " ").map { Double($0) }
      guard numbers.count == 6, let left = numbers[0], let top = numbers[1], let scaleX = numbers[2],
        let scaleY = numbers[3], let width = numbers[4].flatMap({ Int(exactly: $0) }),
        let height = numbers[5].flatMap({ Int(exactly: $0) }), scaleX > 0, scaleY > 0
      else { return nil }
      self.init(left: left, top: top, scaleX: scaleX, scaleY: scaleY, width: width, height: height)
    }

    var text: String { "\(left) \(top) \(scaleX) \(scaleY) \(width) \(height)" }
  }
}

/// How a reader corrects a clip on the page: a form, and points that are moved over the cine's pictures. It needs the
/// page's script, and no server: what is said is saved as a file.
struct HTMLCorrection {
  let number: Int
  let clip: ClipReport
  let place: HTMLReport.Cine.Place?

  /// Stands in for the digest of `study.json`, which is not known before that is written.
  package static let digestPlace = "result-sha256".padding(toLength: 64, withPad: "_", startingAt: 0)

  /// What is moved over the cine's pictures; empty until the script places it.
  static func points(of number: Int, _ place: HTMLReport.Cine.Place) -> HTML {
    let handle: HTML = """
      <g class="handle" tabindex="-1" role="button" aria-label="Hinge point of clip \(number)">\
      <circle r="12" class="grip"/><circle r="5" class="ring"/>\
      <path d="M-9 0H-2M2 0H9M0 -9V-2M0 2V9" class="cross"/></g>
      """
    return """
      <svg class="points" hidden="" viewBox="0 0 \(place.width) \(place.height)" role="group" \
      aria-label="Hinge points of clip \(number)"><line class="diameter"/>\
      <text class="whose" x="8" y="\(place.height - 8)"></text>\(handle)\(handle)</svg>
      """
  }

  func panel() -> HTML {
    """
    <details class="correct" data-clip="\(text)">
    <summary>Correct clip \(number)</summary>
    <form>
    <label>View <select name="view"><option value="">\(clip.view.code.rawValue), as it is</option>\(views)</select></label>
    <fieldset><legend>Your word on it</legend>
    \(verdict("", "none"))\(verdict("accepted", "accept"))\(verdict("rejected", "reject"))
    </fieldset>
    \(place == nil ? nil : points)
    <label class="wide">Remark <textarea name="remark" rows="2" maxlength="10000"></textarea></label>
    <output class="said" aria-live="polite"></output>
    </form>
    </details>
    """
  }

  private var text: String { (try? data.compact()) ?? "{}" }

  private var views: [HTML] {
    EchoView.stateable.map { "<option value=\"\($0.rawValue)\">\($0.rawValue), \($0.words)</option>" }
  }

  private func verdict(_ value: String, _ word: String) -> HTML {
    let isChosen: HTML? = value.isEmpty ? " checked" : nil
    return """
      <label><input type="radio" name="verdict" value="\(value)"\(isChosen)> \(word)</label>
      """
  }

  private var points: HTML {
    """
    <fieldset><legend>Frames and points</legend>
    <button type="button" data-take="ED">End diastole is this frame</button>
    <button type="button" data-take="ES">End systole is this frame</button>
    <button type="button" data-do="undo">Undo</button>
    <p class="muted">In the frames of ED and ES, drag a point, or move it with the arrow keys by a pixel, with shift by \
    a tenth.</p>
    </fieldset>
    """
  }

  private var data: JSONValue {
    func point(_ side: PhaseMeasurement.HingePoint.Side, _ measurement: PhaseMeasurement) -> JSONValue {
      let point = measurement.hingePoints.first { $0.side == side }
      return point.map { .array([.number($0.x), .number($0.y)]) } ?? .null
    }
    let phases = CyclePhase.allCases.map { phase -> (key: String, value: JSONValue) in
      guard let measurement = clip.measurements.first(where: { $0.phase == phase }) else {
        return (phase.rawValue, .null)
      }
      return (
        phase.rawValue,
        .object([
          ("frame", .integer(measurement.frame)), ("left", point(.left, measurement)),
          ("right", point(.right, measurement)), ("read", .bool(measurement.source == .reader)),
        ])
      )
    }
    func curve(_ points: [Point?]?) -> JSONValue {
      .array((points ?? []).map { $0.map { .array([.rounded($0.x, 2), .rounded($0.y, 2)]) } ?? .null })
    }
    return .object(
      [
        ("clip", .string(clip.sopInstanceUID)), ("rows", .integer(clip.rows)),
        ("columns", .integer(clip.columns)),
        ("frames", .array((clip.curves?.frames ?? []).map { .integer($0) })),
        ("left", curve(clip.curves?.left)), ("right", curve(clip.curves?.right)),
      ] + phases)
  }
}

extension HTMLReport {
  /// Who corrects, and the button that saves it.
  static func readerSection(_ report: StudyReport) -> HTML {
    """
    <section class="card reader" aria-labelledby="reader" data-study="\(report.study.uid)" \
    data-result="\(HTMLCorrection.digestPlace)">
    <h2 id="reader">Correct this result</h2>
    <p>Open "Correct" at a clip, say what is to be changed, and save it. The file that you get goes into the inbox, and \
    the program makes a revision of it, in which your points stand and its own beside them.</p>
    <p class="controls"><label>Reader <input type="text" name="reader" maxlength="200" autocomplete="name"></label>
    <button type="button" data-do="save" disabled>Save correction</button>
    <output aria-live="polite">Nothing is changed yet.</output></p>
    </section>
    """
  }

  /// The page with the digest of the `study.json` that it shows; a page without a place for it stays as it is.
  package static func stating(digest: String, on page: Data) -> Data {
    guard let place = page.range(of: Data(HTMLCorrection.digestPlace.utf8)) else { return page }
    var page = page
    page.replaceSubrange(place, with: Data(digest.utf8))
    return page
  }
}
