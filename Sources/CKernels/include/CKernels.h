// Kernels of the inference engine. No allocation, no errors: sizes are checked by the callers.
#pragma once

#include "ck_conv.h"
#include "ck_isa.h"
#include "ck_map.h"
#include "ck_pool.h"
#include "ck_reference.h"
