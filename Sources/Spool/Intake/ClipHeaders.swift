import Clips

/// Reads headers in child processes.
package struct ClipHeaders: HeaderReading {
  package init() {}

  package func header(of path: String) -> HeaderResult {
    do throws(ClipReadError) {
      return .success(try ClipReader.readHeader(path: path))
    } catch {
      return .failure(
        HeaderFault(
          reason: error.reason, detail: error.detail, study: error.study, failure: error.failure))
    }
  }
}
