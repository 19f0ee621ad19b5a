import Platform

/// What a person reads where a view is open, or only the picture says it.
package enum ViewAdvice {
  /// How to state a view.
  package static let remedy = "state it with --view or a view rule of the configuration"
  package static let unknown = "view unknown: " + remedy
  package static let fromPicture =
    "view from the picture: look whether it is a five-chamber or a three-chamber view, and " + remedy

  /// `view unknown in 2 clips: state it with --view or ...`; `nil` where every measured clip has a view.
  package static func unknown(in clips: [ClipReport]) -> String? {
    let count = clips.count { $0.hasUnknownView }
    return count == 0 ? nil : "view unknown in \(count == 1 ? "1 clip" : "\(count) clips"): " + remedy
  }

  /// `nil` where no measured clip has its view from the picture alone.
  package static func fromPicture(in clips: [ClipReport]) -> String? {
    let count = clips.count { $0.status == .measured && $0.view.source == .picture }
    return count == 0 ? nil : "\(count == 1 ? "1 clip" : "\(count) clips") with the " + fromPicture
  }
}

extension ClipReport {
  /// It was measured, and nobody says which of the apical views it shows.
  package var hasUnknownView: Bool { status == .measured && view.isUnknown }
}

extension ClipReport.View {
  /// An apical view, and nobody says which.
  package var isUnknown: Bool { code == .apical && source == .model }

  /// `A4C`, `A4C (from the picture, 98 %)`, `view unknown (A4C 82 %, A2C 11 %)`.
  package var text: String {
    if isUnknown {
      let listed = likeliest.map { "\($0.key) \(Self.percent($0.value))" }
      return "view unknown" + (listed.isEmpty ? "" : " (\(listed.joined(separator: ", ")))")
    }
    guard source == .picture else { return code.rawValue }
    return "\(code.rawValue) (from the picture" + (probability.map { ", \(Self.percent($0))" } ?? "") + ")"
  }

  /// What the picture makes of it, the likeliest first.
  private var likeliest: [(key: String, value: Double)] {
    (candidates ?? [:]).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
  }

  private static func percent(_ share: Double) -> String { "\(Decimal.text(share * 100, 0)) %" }
}
