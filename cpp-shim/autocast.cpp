// Mixed precision: libtorch's thread-local switches, as they are.
#include "op_support.h"

#include <ATen/autocast_mode.h>

using namespace flowprior;

int32_t fp_autocast(int32_t device_type, int32_t* enabled, int32_t* dtype, int32_t* cache_enabled) {
  return guard([&] {
    auto type = static_cast<at::DeviceType>(device_type);
    *enabled = at::autocast::is_autocast_enabled(type);
    *dtype = static_cast<int32_t>(at::autocast::get_autocast_dtype(type));
    *cache_enabled = at::autocast::is_autocast_cache_enabled();
  });
}

int32_t fp_set_autocast(int32_t device_type, int32_t enabled, int32_t dtype, int32_t cache_enabled) {
  return guard([&] {
    auto type = static_cast<at::DeviceType>(device_type);
    at::autocast::set_autocast_enabled(type, enabled != 0);
    at::autocast::set_autocast_dtype(type, as_dtype(dtype));
    at::autocast::set_autocast_cache_enabled(cache_enabled != 0);
  });
}

int32_t fp_autocast_enter() {
  return guard([] { at::autocast::increment_nesting(); });
}

int32_t fp_autocast_leave() {
  return guard([] {
    if (at::autocast::decrement_nesting() == 0) {
      at::autocast::clear_cache();
    }
  });
}
