import Testing

@testable import Platform
@testable import WatchDaemon

/// Limits as Slurm, systemd and Kubernetes set them.
@Suite struct ControlGroupTests {
  private let folder = ScratchFolder()

  private func group(_ membership: String, _ files: [String: String]) throws -> ControlGroup {
    try folder.write(membership, to: "membership")
    for (name, text) in files { try folder.write(text + "\n", to: "cgroup/" + name) }
    return ControlGroup(root: folder.path + "/cgroup", membership: folder.path + "/membership")
  }

  @Test func takesTheTightestLimitOnTheWayUp() throws {
    let group = try group(
      "0::/slurm/job_7/step_0\n",
      [
        "slurm/job_7/step_0/memory.max": "max", "slurm/job_7/memory.max": "419430400",
        "slurm/memory.max": "8589934592", "slurm/job_7/cpu.max": "150000 100000",
        "slurm/cpu.max": "max 100000",
      ])
    #expect(group.memoryBytes == 419_430_400 && group.processors == 1.5)
  }

  @Test func readsVersionOne() throws {
    let group = try group(
      "4:memory:/slurm/job_7\n2:cpu,cpuacct:/slurm/job_7\n0::/\n",
      [
        "memory/slurm/job_7/memory.limit_in_bytes": "536870912",
        "memory/memory.limit_in_bytes": "9223372036854771712", "cpu/slurm/job_7/cpu.cfs_quota_us": "200000",
        "cpu/slurm/job_7/cpu.cfs_period_us": "100000", "cpu/cpu.cfs_quota_us": "-1",
        "cpu/cpu.cfs_period_us": "100000",
      ])
    #expect(group.memoryBytes == 536_870_912 && group.processors == 2)
  }

  /// In a container only the lower part of the path is mounted, as the root.
  @Test func readsTheRootOfAContainer() throws {
    let group = try group("0::/kubepods/pod1/c2\n", ["memory.max": "268435456", "cpu.max": "50000 100000"])
    #expect(group.memoryBytes == 268_435_456 && group.processors == 0.5)
  }

  @Test func knowsOfNoLimitWhereNoneIsSaid() throws {
    let group = try group("0::/\n", ["memory.max": "max", "cpu.max": "max 100000"])
    #expect(group.memoryBytes == nil && group.processors == nil)
    #expect(ControlGroup(root: "/nowhere", membership: "/nowhere").memoryBytes == nil)
  }
}
