import Testing

@testable import Platform
@testable import Reports

@Suite struct MountTests {
  private let mountinfo = """
    22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
    90 22 254:0 /srv/hinged /srv/hinged rw - ext4 /dev/vda rw
    91 22 254:0 /var/lib/hinged /var/lib/hinged rw - ext4 /dev/vda rw
    92 22 0:45 / /srv/in\\040box rw - nfs4 server:/export rw,vers=4.2
    93 22 0:46 / /srv/in\\040box rw - tmpfs tmpfs rw
    """

  @Test func mountsOfOneFileSystemAreToldApart() throws {
    let inbox = try #require(Mount(of: "/srv/hinged/inbox", in: mountinfo))
    let spool = try #require(Mount(of: "/var/lib/hinged/spool", in: mountinfo))
    #expect(inbox.device == spool.device && inbox != spool)
    #expect(inbox.root == "/srv/hinged" && inbox == Mount(of: "/srv/hinged", in: mountinfo))
    #expect(Mount(of: "/srv/hinged2", in: mountinfo)?.point == "/")
  }

  @Test func lastMountOnAPointIsTheVisibleOne() {
    let mount = Mount(of: "/srv/in box/echo", in: mountinfo)
    #expect(mount?.kind == "tmpfs" && mount?.point == "/srv/in box")
    #expect(Mount(of: "/srv", in: "") == nil)
  }

  @Test func everyPathLiesOnAMountNow() { #expect(Mount.now(of: "/proc/self")?.kind == "proc") }
}
