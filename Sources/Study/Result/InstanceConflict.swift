/// Files that claim one SOPInstanceUID and are not copies of one instance.
package enum InstanceConflict {
  package static let sentence =
    "Different files claim this SOPInstanceUID (0008,0018); which is the true one cannot be determined."
}
