// The kernels for what every machine of the architecture has: 128-bit vectors.
#include "kernels.h"

#define CK_VL 4
#define CK_PANEL_BLOCKS 1
#if defined(__aarch64__)
#define CK_TILE_PIXELS 6
#else
#define CK_TILE_PIXELS 3
#endif
#define CK_TABLE ck_kernels_portable
#include "kernel_table.h"
