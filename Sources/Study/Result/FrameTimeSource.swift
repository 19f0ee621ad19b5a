/// Which attribute tells how long a frame took.
package enum FrameTimeSource: String, Codable, Sendable, CaseIterable {
  case frameTime = "frame-time"
  case frameTimeVector = "frame-time-vector"
  case actualFrameDuration = "actual-frame-duration"
  case cineRate = "cine-rate"
  case effectiveDuration = "effective-duration"
  case displayRate = "display-rate"
}
