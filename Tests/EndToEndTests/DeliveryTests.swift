import Foundation
import TestSupport
import Testing

/// What `packaging/delivery` does without a peer; `Tests/neighbours/delivery.sh` has one.
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
}
