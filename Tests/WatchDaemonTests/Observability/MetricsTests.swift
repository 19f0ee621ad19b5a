import Glibc
import Testing

@testable import Clips
@testable import Platform
@testable import Spool
@testable import WatchDaemon

@Suite struct MetricsTests {
  @Test func textIsWhatPrometheusReads() {
    var state = MetricsState()
    state.studyEnded("completed", reason: nil)
    state.fileEnded(InputEnd(state: .quarantined, reason: .truncated))
    state.stageEnded(.decode, seconds: 0.3)
    state.stageEnded(.decode, seconds: 7200)
    state.published(at: 1_700_000_000)
    let text = state.text(.init(queueWaiting: 2, oldestPendingSeconds: 1.5), version: "1.0")
    for line in [
      "# TYPE hinged_studies_total counter", #"hinged_studies_total{result="completed",reason=""} 1"#,
      #"hinged_input_files_total{result="quarantined",reason="truncated"} 1"#,
      #"hinged_queue_depth{state="waiting"} 2"#, "hinged_oldest_pending_age_seconds 1.5",
      #"hinged_stage_duration_seconds_bucket{stage="decode",le="0.5"} 1"#,
      #"hinged_stage_duration_seconds_bucket{stage="decode",le="+Inf"} 2"#,
      #"hinged_stage_duration_seconds_sum{stage="decode"} 7200.3"#,
      "hinged_last_success_timestamp_seconds 1700000000", "hinged_inbox_reachable 1",
      #"hinged_build_info{version="1.0"} 1"#,
    ] { #expect(text.contains(line + "\n"), "\(line)") }
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(line.wholeMatch(of: /hinged_[a-z_]+(\{[^}]*\})? [-+0-9.e]+/) != nil, "\(line)")
    }
  }
}

@Suite struct LogTests {
  private func line(isJournal: Bool) -> String {
    let lines = LogLines()
    Log(isJournal: isJournal) { lines.add($0) }
      .warning("files set\naside", ["claim": "c1", "reason": "a \"b\"", "none": ""])
    return lines.text
  }

  @Test func journalGetsALevelAndOneLine() {
    #expect(line(isJournal: true) == "<4>files set aside claim=c1 reason=\"a 'b'\" none=\"\"\n")
  }

  @Test func terminalGetsTheTime() {
    #expect(
      line(isJournal: false).wholeMatch(of: /\d{4}-\d\d-\d\dT[0-9:.]+Z warning files set aside claim=c1 .*\n/)
        != nil)
  }
}

@Suite struct SystemdNotifyTests {
  let folder = ScratchFolder()

  /// The service manager's end of the socket.
  private func listen() throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) {
      $0.copyBytes(from: Array((folder.path + "/notify").utf8))
    }
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    return descriptor
  }

  private func receive(_ descriptor: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 1024)
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  @Test func managerIsToldOfEachStep() throws {
    let descriptor = try listen()
    defer { close(descriptor) }
    let notify = SystemdNotify { ["NOTIFY_SOCKET": folder.path + "/notify", "WATCHDOG_USEC": "3000000"][$0] }
    #expect(notify.watchdogSeconds == 3)
    notify.ready("watching")
    #expect(receive(descriptor) == "READY=1\nSTATUS=watching")
    notify.reloading()
    #expect(receive(descriptor).wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=\d+/) != nil)
    notify.feedWatchdog()
    #expect(receive(descriptor) == "WATCHDOG=1")
    notify.stopping("draining")
    #expect(receive(descriptor) == "STOPPING=1\nSTATUS=draining")
  }

  @Test func withoutAManagerNothingHappens() {
    let notify = SystemdNotify { _ in nil }
    #expect(notify.watchdogSeconds == nil)
    notify.ready("watching")
  }

  @Test func watchdogOfAnotherProcessIsNotOurs() {
    #expect(SystemdNotify { ["WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"][$0] }.watchdogSeconds == nil)
  }

  @Test func countsStudiesByWhoStatesTheView() {
    let text = MetricsState().text(.init(views: ViewTally(stated: 3, picture: 2, unknown: 1)), version: "1")
    for line in ["{view=\"stated\"} 3", "{view=\"picture\"} 2", "{view=\"unknown\"} 1"] {
      #expect(text.contains("hinged_outbox_studies" + line + "\n"))
    }
  }
}
