// swift-tools-version: 6.1
// The program's own sources as libraries, with the fuzz targets beside them. scripts/fuzz puts links to the sources
// beside a copy of this file; nothing else builds it.
import PackageDescription

let package = Package(
  name: "fuzz",
  targets: [
    .target(name: "CDCMTK"), .target(name: "CKernels"), .systemLibrary(name: "CPNG", pkgConfig: "libpng"),
    .target(name: "Inference", dependencies: ["CKernels"]), .target(name: "Hinge"),
    .target(
      name: "WatchDaemon", dependencies: ["Hinge", "Inference", "CDCMTK", "CPNG"], exclude: ["main.swift"]),
    .target(name: "TestSupport"),
    .target(name: "Fuzz", dependencies: ["WatchDaemon", "Inference", "CDCMTK", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
