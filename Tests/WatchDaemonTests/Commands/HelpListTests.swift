import Testing

@testable import Clips
@testable import WatchDaemon

@Suite struct HelpListTests {
  private let list = HelpList([
    (head: "--outbox DIR", text: "where results go; made if it is not there"),
    (head: "--json", text: "lines"),
  ])

  @Test func keepsLinesWholeAwayFromATerminal() {
    #expect(
      list.text(width: nil)
        == "  --outbox DIR  where results go; made if it is not there\n  --json        lines")
  }

  @Test(arguments: [20, 40, 52, 60, 80]) func fitsTheTerminal(width: Int) {
    for line in list.text(width: width).split(separator: "\n") { #expect(line.count <= width, "\(line)") }
  }

  @Test func putsTheTextBelowItsNameWhereTheTerminalIsNarrow() {
    #expect(list.text(width: 40).hasPrefix("  --outbox DIR\n      where results go;"))
  }
}
