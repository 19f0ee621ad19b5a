import Testing

@testable import Clips

@Suite struct FrameTimeVectorTests {
  private static let usual = [Double](repeating: 11.1, count: 40)

  private static func changed(_ change: (inout [Double]) -> Void) -> [Double] {
    var vector = [0] + usual
    change(&vector)
    return vector
  }

  /// All of 41 frames that take 11.1 ms each.
  static let vectors: [(String, [Double])] = [
    ("as it should be", changed { _ in }),
    ("first entry like the others", changed { $0[0] = 11.1 }),
    (
      "a repeated frame",
      changed {
        $0[20] = 0
        $0[21] = 22.2
      }
    ),
    (
      "a step of none at the start",
      changed {
        $0[1] = 0
        $0[2] = 22.2
      }
    ),
    ("a step of none at the end", changed { $0[40] = 0 }),
    ("steps of none that nothing makes good", changed { for i in [5, 17, 29] { $0[i] = 0 } }),
    (
      "a step back made good",
      changed {
        $0[12] = -11.1
        $0[13] = 33.3
      }
    ),
    (
      "two repeated frames",
      changed {
        $0[7] = 0
        $0[8] = 0
        $0[9] = 33.3
      }
    ),
    ("a gap", changed { $0[30] = 4000 }),
    ("an entry too many", changed { $0.append(0) }),
    ("the first entry twice", [0] + changed { _ in }),
    ("the first entry missing", usual),
    ("cumulative", cumulative(from: 0)), ("cumulative from the end of the first frame", cumulative(from: 1)),
    ("cumulative with a repeated frame", repeated),
  ]

  private static func cumulative(from first: Int) -> [Double] {
    (first...first + 40).map { frame -> Double in 11.1 * Double(frame) }
  }

  private static var repeated: [Double] {
    var times = cumulative(from: 0)
    times[20] = times[19]
    return times
  }

  @Test(arguments: vectors) func tellsTheTime(_ what: String, _ vector: [Double]) throws {
    let steps = try #require(FrameTimeVector.steps(vector, frames: 41, stated: 41))
    #expect(steps.count == 40)
    #expect(steps.allSatisfy { abs($0 - 11.1) < 0.01 }, "\(steps)")
  }

  static let impossible: [(String, [Double])] = [
    ("seconds", [Double](repeating: 0.0111, count: 41)), ("zeros", [Double](repeating: 0, count: 41)),
    ("microseconds", [Double](repeating: 11_100, count: 41)), ("nothing", []),
    ("half of it back", (0..<41).map { $0 % 2 == 0 ? 11.0 : -11.0 }),
  ]

  @Test(arguments: impossible)
  func isNotBelieved(_ what: String, _ vector: [Double]) {
    #expect(FrameTimeVector.steps(vector, frames: 41, stated: 41) == nil)
    #expect(FrameTimeVector.mean(vector) == nil)
  }

  @Test func unevenStepsStayAsTheyAre() {
    let steps = (0..<40).map { $0 % 2 == 0 ? 16.0 : 17.0 }
    #expect(FrameTimeVector.steps([0] + steps, frames: 41, stated: 41) == steps)
  }

  @Test func framesThatAreNotThereTakeNoneOfTheirEntries() {
    #expect(FrameTimeVector.steps([0] + Self.usual, frames: 30, stated: 41)?.count == 29)
  }

  @Test func aVectorOfAnotherLengthTellsTheMean() throws {
    #expect(FrameTimeVector.steps([0] + Self.usual, frames: 20, stated: 20) == nil)
    #expect(abs(try #require(FrameTimeVector.mean([0] + Self.usual)) - 11.1) < 0.001)
    // Every frame twice.
    let doubled = [0] + (0..<40).map { $0 % 2 == 0 ? 0 : 22.2 }
    #expect(abs(try #require(FrameTimeVector.mean(doubled)) - 11.1) < 0.001)
  }
}

@Suite struct AssumedTimesTests {
  /// Frames a second, and beats a minute.
  @Test(arguments: [(30.0, 84.0), (90, 84), (60, 70), (15, 70), (200, 60), (50, 55)])
  func letTheHeartBeatAsHeartsDo(_ rate: Double, _ beats: Double) throws {
    let period = rate * 60 / beats
    let areas = (0..<Int(3.2 * period)).map { frame -> Double? in
      let place = (Double(frame) / period).truncatingRemainder(dividingBy: 1)
      return place < 0.4 ? 2500 - 1000 * place / 0.4 : 1500 + 1000 * (place - 0.4) / 0.6
    }
    let times = AssumedTimes.times(areas: areas)
    let beat = period * (try #require(times.dropFirst().first))
    #expect((400...1500).contains(beat), "\(beat)")
    #expect(times.count == areas.count)
  }

  @Test(arguments: [[], [nil, nil], Array(repeating: 2000.0, count: 60)] as [[Double?]])
  func areThirtyASecondWhereNothingBeats(_ areas: [Double?]) {
    let times = AssumedTimes.times(areas: areas)
    #expect(times.count == areas.count)
    #expect(times.count < 2 || times[1] == 1000.0 / 30)
  }
}
