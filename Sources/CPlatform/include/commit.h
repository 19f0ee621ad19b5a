#ifndef HINGED_COMMIT_H
#define HINGED_COMMIT_H

/// Puts all of a btrfs on the disk by a commit of its own, and does nothing on other file systems.
///
/// For folders that were renamed into another folder. To sync the two folders one after the other writes a log whose
/// replay, after a loss of power between them, may count the folder twice; the file system then refuses to be mounted
/// (seen with Linux 6.18: "invalid nlink: has 2 expect no more than 1 for dir"). A commit needs no log.
///
/// @return 0, or -1 with errno.
int hd_commit_btrfs(int file);

#endif
