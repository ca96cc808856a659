// What differs between the libtorch releases the shim compiles against, 2.11 to 2.13: CPU and CUDA builds alike.
#pragma once

#if __has_include(<torch/headeronly/version.h>)
#include <torch/headeronly/version.h>
#else
#include <torch/version.h>
#endif

#if TORCH_VERSION_MAJOR != 2 || TORCH_VERSION_MINOR < 11 || TORCH_VERSION_MINOR > 13
#error "flowprior's shim compiles against libtorch 2.11 to 2.13"
#endif
