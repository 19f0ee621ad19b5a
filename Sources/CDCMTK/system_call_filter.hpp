/// What a worker may not ask of the system.
#pragma once

namespace hd {

/// From here on, this process can read files and compute: the network, other programs, other processes and
/// every change to the file system are refused with EPERM. A list of what is refused rather than of what is
/// allowed, because libraries may ask for new harmless calls any day. A kernel that is built without such
/// filters goes without. Throws `Failure`.
void refuseSystemCalls();

}  // namespace hd
