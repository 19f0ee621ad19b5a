import CPlatform
import Foundation

/// What this process may use of the machine: its affinity and its control group say so, which a scheduler sets.
package enum MachineShare {
  /// Processors, at least one.
  package static let processors: Int = {
    let all = ProcessInfo.processInfo.activeProcessorCount
    guard let quota = ControlGroup().processors else { return all }
    return max(1, min(all, Int(quota.rounded(.up))))
  }()

  /// Bytes of memory: those of the machine, or of the control group where that is less.
  package static let memoryBytes: Int = {
    let all = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return min(all, ControlGroup().memoryBytes ?? all)
  }()

  /// One heap a processor, whatever number of threads comes and goes. To be called before there are threads.
  package static func limitHeaps() { hd_limit_heaps(Int32(clamping: processors)) }

  /// Gives the system back what the heaps do not use, which they keep otherwise.
  package static func releaseFreeMemory() { hd_release_free_memory() }
}

/// The limits of a process's control group and of those above it (cgroup v2, and v1 where that is mounted).
struct ControlGroup {
  /// Where the hierarchies are mounted.
  var root = "/sys/fs/cgroup"
  /// The process's membership: `hierarchy:controllers:path` a line, cgroups(7).
  var membership = "/proc/self/cgroup"

  /// `nil` where nothing limits it.
  var memoryBytes: Int? {
    let limits =
      folders(of: "").compactMap { Self.number($0 + "/memory.max") }
      + folders(of: "memory").compactMap { Self.number($0 + "/memory.limit_in_bytes") }
    return limits.filter { $0 > 0 && $0 < Self.unlimited }.min().map { Int($0) }
  }

  /// Processors' worth of time a second; `nil` where nothing limits it.
  var processors: Double? {
    let current = folders(of: "").compactMap { folder -> Double? in
      let parts = Self.text(folder + "/cpu.max")?.split(separator: " ").map { Double($0) } ?? []
      guard parts.count == 2, let quota = parts[0], let period = parts[1] else { return nil }
      return quota / period
    }
    let old = folders(of: "cpu").compactMap { folder -> Double? in
      guard let quota = Self.number(folder + "/cpu.cfs_quota_us"),
        let period = Self.number(folder + "/cpu.cfs_period_us")
      else { return nil }
      return quota / period
    }
    return (current + old).filter { $0 > 0 && $0.isFinite }.min()
  }

  /// Version 1 says "none" as the largest page-aligned number.
  private static let unlimited = Double(1 << 60)

  /// The folders of the group and of those above it in the hierarchy of a controller; the one without a name is
  /// version 2. In a container the upper part of the path is not there.
  private func folders(of controller: String) -> [String] {
    let mount = controller.isEmpty ? root : root + "/" + controller
    for line in (Self.text(membership) ?? "").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3,
        parts[1].split(separator: ",", omittingEmptySubsequences: false).contains(controller[...])
      else { continue }
      var path = String(parts[2]).trimmingTrailing("/")
      var folders: [String] = []
      while !path.isEmpty {
        folders.append(mount + path)
        path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
      }
      return folders + [mount]
    }
    return []
  }

  private static func number(_ path: String) -> Double? { text(path).flatMap { Double($0) } }

  private static func text(_ path: String) -> String? {
    guard let bytes = try? Files.read(path, limit: 1 << 16, .configuration) else { return nil }
    return String(decoding: bytes, as: UTF8.self).trimmingBlanks()
  }
}
