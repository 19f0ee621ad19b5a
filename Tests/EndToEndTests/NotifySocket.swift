import Foundation
import Glibc

/// Stands for the service manager: the socket that sd_notify(3) sends datagrams to.
final class NotifySocket {
  let path: String
  private let descriptor: Int32
  /// All that came, in order.
  private(set) var messages: [String] = []

  struct Failure: Error { var code = errno }

  init(in folder: String) throws {
    path = folder + "/notify"
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { throw Failure(code: E2BIG) }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw Failure() }
  }

  deinit { close(descriptor) }

  /// Takes in what has come.
  func receive() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      messages.append(String(decoding: buffer[..<count], as: UTF8.self))
    }
  }

  func count(of beginning: String) -> Int {
    receive()
    return messages.count { $0.hasPrefix(beginning) }
  }
}
