// swift-tools-version: 6.1
import PackageDescription

// The order matters to the static linker: a library stands before those it needs.
let dcmtk = [
  "dcmjpeg", "dcmjpls", "dcmimage", "dcmimgle", "dcmsr", "cmr", "dcmdata", "oflog", "ofstd",
]
// Baseline JPEG; DCMTK's development package brings it.
let jpeg = ["jpeg"]
// What the daemon's tests call is optimised, they themselves need not be: they build in a fraction of the time.
let plain: [SwiftSetting] = [.unsafeFlags(["-Onone"])]

let package = Package(
  name: "hinged",
  products: [.executable(name: "hinged", targets: ["WatchDaemon"])],
  targets: [
    // From the lowest: a target names none that stands after it.
    .target(name: "Platform", dependencies: ["CPlatform"]),
    .target(name: "Study", dependencies: ["Platform", "Hinge", "Inference"]),
    .target(name: "Clips", dependencies: ["Platform", "Study", "Hinge", "Inference", "CDCMTK", "CPNG"]),
    .target(name: "Reports", dependencies: ["Platform", "Study", "Clips", "Hinge", "CDCMTK", "CPNG"]),
    .target(name: "Spool", dependencies: ["Platform", "Study", "Clips", "Reports", "CPNG"]),
    .target(name: "Phantom", dependencies: ["Platform", "Clips", "Hinge", "CDCMTK"]),
    .target(
      name: "Lab",
      dependencies: [
        "Platform", "Study", "Clips", "Reports", "Spool", "Phantom", "Hinge", "Inference", "CPNG",
      ]),
    .executableTarget(
      name: "WatchDaemon",
      dependencies: [
        "Platform", "Study", "Clips", "Reports", "Spool", "Phantom", "Lab", "Hinge", "Inference", "CDCMTK",
        "CPNG",
      ]),
    .target(name: "CDCMTK", linkerSettings: (dcmtk + jpeg).map { .linkedLibrary($0) }),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .target(name: "CPlatform"),
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("m")]),
    .target(name: "Inference", dependencies: ["CKernels"]),
    .target(name: "Hinge", linkerSettings: [.linkedLibrary("m")]),
    .target(name: "TestSupport", dependencies: ["Platform"], path: "Tests/TestSupport"),
    .testTarget(name: "HingeTests", dependencies: ["Hinge", "TestSupport"]),
    .testTarget(
      name: "InferenceTests", dependencies: ["Inference", "CKernels", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "WatchDaemonTests",
      dependencies: [
        "WatchDaemon", "Platform", "Study", "Clips", "Reports", "Spool", "Phantom", "Lab", "Hinge",
        "Inference", "CDCMTK", "CPNG", "TestSupport",
      ], swiftSettings: plain),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "WatchDaemon", "Platform", "Study", "Clips", "Reports", "Spool", "Phantom", "Lab", "Hinge",
        "TestSupport",
      ], swiftSettings: plain),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
