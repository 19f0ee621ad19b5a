/// Reads headers in child processes.
struct ClipHeaders: HeaderReading {
  func header(of path: String) -> HeaderResult {
    do throws(ClipReadError) {
      return .success(try ClipReader.readHeader(path: path))
    } catch {
      return .failure(HeaderFault(reason: error.reason, detail: error.detail, study: error.study))
    }
  }
}
