// swift-tools-version: 6.1
// The program's own sources as libraries, with the fuzz targets beside them. scripts/fuzz puts links to the sources
// beside a copy of this file; nothing else builds it.
import PackageDescription

let package = Package(
  name: "fuzz",
  targets: [
    .target(name: "CDCMTK"), .target(name: "CKernels"), .target(name: "CPlatform"),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng"), .target(name: "Hinge"),
    .target(name: "Inference", dependencies: ["CKernels"]),
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
    .target(
      name: "WatchDaemon",
      dependencies: [
        "Platform", "Study", "Clips", "Reports", "Spool", "Phantom", "Lab", "Hinge", "Inference", "CDCMTK",
        "CPNG",
      ], exclude: ["main.swift"]),
    .target(name: "TestSupport", dependencies: ["Platform"]),
    .target(
      name: "Fuzz",
      dependencies: [
        "Platform", "Study", "Clips", "Spool", "Lab", "WatchDaemon", "Inference", "CDCMTK", "TestSupport",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
