import Foundation
import Glibc
import TestSupport
import Testing

/// What `packaging/delivery` does without a peer, with one that forgets what it took, and with one that keeps it.
/// `Tests/neighbours/delivery.sh` sends what a daemon made.
@Suite struct DeliveryTests {
  @Test func aResultThatIsNotThereNowStaysInTheQueue() throws {
    let folder = try ScratchFolder()
    let queue = folder.path + "/send"
    for path in [queue, folder.path + "/1.2.2"] { try DaemonProcess.makeFolder(path) }
    // The first one's share is not mounted; the second has no objects to be sent.
    for name in ["1.2.1", "1.2.2"] { #expect(symlink(folder.path + "/" + name, queue + "/" + name) == 0) }
    let run = try ProgramRun.of(
      "/usr/bin/env",
      ["HINGED_SEND_QUEUE=" + queue, Checkout.root + "/packaging/delivery/hinged-send", "localhost", "104"])
    #expect(run.status == 1 && run.errors.contains("1.2.1: its result is not there"), "\(run.errors)")
    #expect(folder.names("send") == ["1.2.1"])
  }

  private static let tools = ["storescu", "findscu", "storescp", "dcmqrscp", "dcmdump"].map {
    "/usr/bin/" + $0
  }
  private static var hasPeers: Bool { tools.allSatisfy { access($0, X_OK) == 0 } }

  @Test(.enabled(if: hasPeers)) func aPeerIsBelievedOnlyWhenItHasWhatItTook() async throws {
    let folder = try ScratchFolder()
    for name in ["send", "state", "1.2.1", "db/PEER"] {
      try DaemonProcess.makeFolder(folder.path + "/" + name)
    }
    let object = folder.path + "/1.2.1/object.dcm"
    let picture = Drops.picture(study: "1.2.1", instance: "1.2.1.1").bytes
    try Data(picture).write(to: URL(fileURLWithPath: object))
    #expect(symlink(folder.path + "/1.2.1", folder.path + "/send/1.2.1") == 0)
    let ports = (try Self.freePort(), try Self.freePort())
    try """
    NetworkTCPPort = \(ports.1)
    MaxPDUSize = 16384
    MaxAssociations = 4
    HostTable BEGIN
    HostTable END
    VendorTable BEGIN
    VendorTable END
    AETable BEGIN
    PEER \(folder.path)/db/PEER RW (10, 100mb) ANY
    AETable END

    """.write(toFile: folder.path + "/peer.cfg", atomically: true, encoding: .utf8)
    let forgets = try Child(
      ["/usr/bin/storescp", "--aetitle", "PEER", "--accept-all", "--ignore", "\(ports.0)"],
      output: folder.path + "/forgets.log")
    let keeps = try Child(
      ["/usr/bin/dcmqrscp", "-c", folder.path + "/peer.cfg"], output: folder.path + "/keeps.log")
    defer { for peer in [forgets, keeps] { kill(peer.pid, SIGTERM) } }
    func send(_ words: String...) throws -> ProgramRun {
      try ProgramRun.of(
        "/usr/bin/env",
        [
          "HINGED_SEND_QUEUE=\(folder.path)/send", "HINGED_SEND_STATE=\(folder.path)/state",
          "HINGED_SEND_METRICS=\(folder.path)/send.prom", Checkout.root + "/packaging/delivery/hinged-send",
        ] + words)
    }
    for _ in 0..<100 {
      if try send("127.0.0.1", "\(ports.0)", "PEER").errors.contains("does not have it") { break }
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(folder.names("send") == ["1.2.1"], "it took it and does not have it")
    let waits = try send("--status")
    #expect(waits.status == 1 && waits.output.contains("1 waiting, the oldest since 2"), "\(waits.output)")
    for _ in 0..<100 {
      if try send("127.0.0.1", "\(ports.1)", "PEER").status == 0 { break }
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(folder.names("send") == [])
    let status = try send("--status")
    #expect(status.status == 0 && status.output.contains("0 waiting; 1 delivered and found there"))
    let metrics = try String(contentsOfFile: folder.path + "/send.prom", encoding: .utf8)
    #expect(metrics.contains("hinged_send_results_total{end=\"proven\"} 1\n"))
    #expect(metrics.contains("hinged_send_waiting_results 0\n"))
  }

  /// One that nobody listens on now.
  private static func freePort() throws -> Int {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
