import Dispatch
import Foundation
import Platform
import Spool
import Study

/// Control queue. Carries out what operators ask for through the spool, where `hinged requeue` leaves a file. Each stays
/// until the journal has it, so that a request outlives the daemon that read it.
///
/// `@unchecked Sendable`: what changes is used on `control` only.
final class OperatorRequests: Service, @unchecked Sendable {
  private let control: DispatchQueue
  private let spool: Spool
  private let claims: ClaimService
  private let log: Log
  private let giveBack: @Sendable (_ claim: Int) -> Void
  private var isOpen = false
  /// Names of requests that are being written into the journal.
  private var inHand: Set<String> = []
  /// Names of requests of which the log says that they wait.
  private var reported: Set<String> = []

  /// - Parameter giveBack: Called for each claim whose files are to go back to the inbox, when the journal says so.
  init(
    on control: DispatchQueue, _ spool: Spool, claims: ClaimService, log: Log,
    giveBack: @escaping @Sendable (_ claim: Int) -> Void
  ) {
    self.control = control
    self.spool = spool
    self.claims = claims
    self.log = log
    self.giveBack = giveBack
  }

  func start() { isOpen = true }

  func drain() { isOpen = false }

  /// Looks for requests. Nothing announces one: the folder is listed every few seconds.
  func tick() {
    dispatchPrecondition(condition: .onQueue(control))
    guard isOpen, let names = try? Files.names(in: spool.requests, .spool) else { return }
    for name in names where name.hasSuffix(RequeueRequest.suffix) && !inHand.contains(name) {
      do throws(FileError) {
        let request = try RequeueRequest.read(spool.requests + "/" + name)
        inHand.insert(name)
        claims.markReturning(request?.claims ?? []) { [weak self] marked in
          self?.control.async { [weak self] in self?.wasMarked(marked, by: name) }
        }
      } catch {
        report(name, error)
      }
    }
  }

  /// The request goes when the journal has all its claims, and the files move after that. A crash in between repeats
  /// either the reading of the request, which then marks nothing twice, or the moves, which the journal asks for.
  private func wasMarked(_ marked: Result<[Int], FileError>, by name: String) {
    dispatchPrecondition(condition: .onQueue(control))
    inHand.remove(name)
    switch marked {
    case .failure(let error): report(name, error)
    case .success(let claims):
      reported.remove(name)
      // One that comes back after a loss of power names claims that are on their way, and marks nothing twice.
      try? DurableNames.change { names throws(FileError) in
        try names.remove(spool.requests + "/" + name, .spool)
      }
      for id in claims { giveBack(id) }
    }
  }

  /// It is looked at every few seconds, and logged once.
  private func report(_ name: String, _ error: FileError) {
    guard reported.insert(name).inserted else { return }
    log.warning("a request of hinged requeue waits: \(error)", ["request": name])
  }
}

/// A request for settled claims to be processed again, as it lies in the spool until the daemon sees it.
struct RequeueRequest: Codable, Sendable, Equatable {
  static let suffix = ".requeue"

  var claims: [Int]

  /// - Returns: `nil` where the file holds no request.
  static func read(_ path: String) throws(FileError) -> RequeueRequest? {
    let bytes = try Files.read(path, limit: 1 << 20, .spool)
    return try? JSONDecoder().decode(RequeueRequest.self, from: Data(bytes))
  }

  func leave(in spool: Spool) throws(FileError) {
    guard let data = try? JSONEncoder().encode(self) else { return }
    // Two hosts and two containers may have one process number at one time.
    let token = String(UInt64.random(in: .min ... .max), radix: 16)
    let name = "\(SystemClock.utc())-\(token)\(Self.suffix)"
    try AtomicFile.write(Array(data), to: spool.requests + "/" + name, mode: 0o600, .spool)
  }
}
