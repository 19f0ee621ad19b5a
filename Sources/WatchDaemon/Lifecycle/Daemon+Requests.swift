import Foundation
import Platform
import Spool
import Study

/// What an operator asks of the running daemon.
extension Daemon {
  /// Takes the configuration anew; one that is wrong is told and changes nothing.
  func reload(_ file: String) {
    control.async { [self] in
      guard lifecycle.reload() == .reload else { return }
      parts.notify.reloading()
      defer { parts.notify.ready("watching") }
      do throws(ConfigurationError) {
        try take(ConfigurationCheck.load(file))
      } catch {
        parts.log.error("the configuration is kept as it was: \(error)")
      }
    }
  }

  private func take(_ new: Configuration) {
    guard new.places == configuration.places else {
      return parts.log.error(
        "the configuration is kept as it was: inbox, outbox, spool, intake and outbox_mode "
          + "change with a restart only")
    }
    do throws(DaemonFailure) {
      processor = try parts.makeProcessor(new)
    } catch {
      return parts.log.error("the configuration is kept as it was: \(error)")
    }
    configuration = new
    intake.reload(new)
    queue.setLimits(limits)
    announcer.set(new)
    indexer.set(.init(new))
    parts.log.notice("the configuration was taken anew")
    admit()
  }

  /// Wishes that `hinged requeue` left in the spool. Each stays there until the journal has it.
  func takeRequests() {
    guard lifecycle.mayClaim, let names = try? Files.names(in: spool.requests, .spool) else { return }
    for name in names where name.hasSuffix(RequeueRequest.suffix) && !requestsInHand.contains(name) {
      do throws(FileError) {
        let request = try RequeueRequest.read(spool.requests + "/" + name)
        requestsInHand.insert(name)
        claims.markReturning(request?.claims ?? []) { [weak self] marked in
          self?.control.async { [weak self] in self?.wasMarked(marked, by: name) }
        }
      } catch {
        tellWaiting(name, error)
      }
    }
  }

  private func wasMarked(_ marked: Result<[Int], FileError>, by name: String) {
    requestsInHand.remove(name)
    switch marked {
    case .failure(let error): tellWaiting(name, error)
    case .success(let claims):
      requestsTold.remove(name)
      try? Files.remove(spool.requests + "/" + name, .spool)
      for id in claims { requeue(id) }
    }
  }

  /// It is looked at every few seconds, and told once.
  private func tellWaiting(_ name: String, _ error: FileError) {
    guard requestsTold.insert(name).inserted else { return }
    parts.log.warning("a wish of hinged requeue waits: \(error)", ["wish": name])
  }
}

/// A wish for settled claims to be taken anew, as it lies in the spool until the daemon sees it.
struct RequeueRequest: Codable, Sendable, Equatable {
  static let suffix = ".requeue"

  var claims: [Int]

  /// - Returns: `nil` where what stands there is no request.
  static func read(_ path: String) throws(FileError) -> RequeueRequest? {
    let bytes = try Files.read(path, limit: 1 << 20, .spool)
    return try? JSONDecoder().decode(RequeueRequest.self, from: Data(bytes))
  }

  func leave(in spool: Spool) throws(FileError) {
    guard let data = try? JSONEncoder().encode(self) else { return }
    let name = "\(SystemClock.utc())-\(ProcessInfo.processInfo.processIdentifier)\(Self.suffix)"
    try AtomicFile.write(Array(data), to: spool.requests + "/" + name, mode: 0o600, .spool)
  }
}
