/// What Swift needs of the system and cannot call itself.
#include "commit.h"
#include "heap.h"
#include "sha256.h"
#include "siblings.h"
#include "spawning.h"
