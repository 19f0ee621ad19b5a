import Foundation

/// The folder of external test data, named by `HINGED_TEST_DATA`; tests that need it are skipped without it.
public enum TestData {
  public static let folder: URL? = ProcessInfo.processInfo.environment["HINGED_TEST_DATA"]
    .map { URL(fileURLWithPath: $0, isDirectory: true).standardizedFileURL }

  public static var isPresent: Bool { folder != nil }

  /// A file or folder below the test data's root, for instance `dicom/philips_tte/Image-40.dcm`.
  public static func path(_ relative: String) -> String {
    guard let folder else {
      preconditionFailure("no HINGED_TEST_DATA: guard the test by TestData.isPresent")
    }
    return folder.appendingPathComponent(relative).path
  }
}
