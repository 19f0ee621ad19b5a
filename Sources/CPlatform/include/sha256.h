/// The compression function of SHA-256 (FIPS 180-4, 6.2.2) by the processor's own instructions.
#ifndef HD_SHA256_H
#define HD_SHA256_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Whether this processor has them: Intel's SHA extensions. Of Arm's nothing is used.
int hd_sha256_is_supported(void);

/// Folds `count` blocks of 64 bytes into the eight words of `state`. Only where they are supported.
void hd_sha256_compress(uint32_t *state, const uint8_t *blocks, size_t count);

#ifdef __cplusplus
}
#endif

#endif
