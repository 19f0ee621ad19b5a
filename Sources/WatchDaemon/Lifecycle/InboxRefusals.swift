import Dispatch
import Platform
import Spool

/// Control queue. What lies in the inbox and is never taken: each is logged once, and `status` counts it. A second name
/// of a file that the daemon took is its own leftover, and goes.
///
/// `@unchecked Sendable`: what changes is used on `control` only.
final class InboxRefusals: @unchecked Sendable {
  private let control: DispatchQueue
  private let claims: ClaimService
  private let hash: KeyedHash
  private let log: Log
  /// By path below the inbox, what the log tells of.
  private var told: [String: ScanReport.Refusal] = [:]
  private var isJudging = false

  /// Of one look; how many more there are is logged as a number.
  private static let mostLines = 20

  init(on control: DispatchQueue, claims: ClaimService, hash: KeyedHash, log: Log) {
    self.control = control
    self.claims = claims
    self.hash = hash
    self.log = log
  }

  func note(_ report: ScanReport) {
    dispatchPrecondition(condition: .onQueue(control))
    guard report.failure == nil, !(report.refused.isEmpty && told.isEmpty) else { return }
    told = told.filter { report.refused[$0.key] == $0.value }
    let news = report.refused.filter { told[$0.key] == nil }
    tell(news.filter { $0.value != .hardLink })
    let links = report.links.filter { news[$0.key] == .hardLink }
    if links.isEmpty || isJudging { return }
    isJudging = true
    claims.clearSecondNames(links) { [weak self] findings in
      self?.control.async { [weak self] in self?.wereJudged(findings) }
    }
  }

  private func wereJudged(_ findings: [String: SecondNames.Finding]) {
    isJudging = false
    for path in findings.filter({ $0.value == .removed }).keys.sorted() {
      log.warning(
        "removed the second name of a file that was moved before: a loss of power had left both",
        ["file": hash.name(of: path)])
    }
    tell(findings.filter { $0.value == .foreign }.mapValues { _ in .hardLink })
  }

  private func tell(_ refused: [String: ScanReport.Refusal]) {
    for (path, refusal) in refused.sorted(by: { $0.key < $1.key }).prefix(Self.mostLines) {
      log.warning("left in the inbox: \(refusal.sentence)", ["file": hash.name(of: path)])
    }
    if refused.count > Self.mostLines {
      log.warning("left in the inbox: \(refused.count - Self.mostLines) more that are never taken")
    }
    told.merge(refused) { $1 }
  }
}

extension ScanReport.Refusal {
  /// What it is and what to do about it.
  fileprivate var sentence: String {
    switch self {
    case .symbolicLink: "a symbolic link is never followed; drop the file itself"
    case .hardLink: "a file with several names (hard links) is never taken; drop a copy"
    case .pipe, .device, .socket: "a \(rawValue) is no file; remove it"
    case .depth: "a folder that lies too deep is not looked into; drop it further up"
    }
  }
}
