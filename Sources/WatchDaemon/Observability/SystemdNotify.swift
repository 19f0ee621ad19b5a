import Glibc
import Platform

/// Tells the service manager how the daemon fares: the protocol of sd_notify(3) over its datagram socket. Without a
/// manager it does nothing.
final class SystemdNotify: Sendable {
  private let descriptor: Int32
  private let address: [UInt8]
  /// How often the manager wants a sign of life; `nil` when it does not watch.
  let watchdogSeconds: Double?

  /// - Parameter environment: Looks up a variable.
  init(environment: (String) -> String? = { name in getenv(name).map { String(cString: $0) } }) {
    address = environment("NOTIFY_SOCKET").flatMap(Self.address) ?? []
    descriptor =
      address.isEmpty ? -1 : socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let isForUs = environment("WATCHDOG_PID").map { $0 == String(getpid()) } ?? true
    watchdogSeconds = isForUs ? environment("WATCHDOG_USEC").flatMap(Double.init).map { $0 * 1e-6 } : nil
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }

  func reloading() {
    send("RELOADING=1\nMONOTONIC_USEC=\(UInt64(SystemClock.monotonic() * 1e6))")
  }

  func stopping(_ status: String) { send("STOPPING=1\nSTATUS=\(status)") }

  func status(_ text: String) { send("STATUS=\(text)") }

  func feedWatchdog() { send("WATCHDOG=1") }

  private func send(_ message: String) {
    guard descriptor >= 0 else { return }
    let bytes = Array(message.utf8)
    _ = address.withUnsafeBytes { address in
      sendto(
        descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT),
        address.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(address.count))
    }
  }

  /// The bytes of a sockaddr_un; `@` at the start means the abstract name space's NUL.
  private static func address(of path: String) -> [UInt8]? {
    guard let first = path.utf8.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@") else {
      return nil
    }
    var name = Array(path.utf8)
    if first == UInt8(ascii: "@") { name[0] = 0 } else { name.append(0) }
    guard name.count <= 108 else { return nil }
    return withUnsafeBytes(of: sa_family_t(AF_UNIX)) { Array($0) } + name
  }
}
