// CUDA discovery and memory, through libtorch's device-independent interfaces: the same source serves both builds.
#include "op_support.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <string>

using namespace flowprior;

namespace {

c10::DeviceAllocator* allocator() {
  TORCH_CHECK(at::hasCUDA(), "this libtorch has no CUDA kernels");
  at::globalContext().lazyInitDevice(at::DeviceType::CUDA);
  return c10::getDeviceAllocator(at::DeviceType::CUDA);
}

constexpr size_t kAggregate = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);

} // namespace

int32_t fp_cuda(int32_t* compiled, int32_t* devices, char* reason, int64_t capacity, int64_t* length) {
  return guard([&] {
    *compiled = at::hasCUDA();
    *devices = 0;
    std::string why;
    if (!at::hasCUDA()) {
      why = "libtorch has no CUDA kernels, or libtorch_cuda was not loaded";
    } else {
      try {
        *devices = static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount());
        why = *devices == 0 ? "the CUDA driver shows no device" : "";
      } catch (const c10::Error& error) {
        why = error.what_without_backtrace();
      }
    }
    store_text(why, reason, capacity, length);
  });
}

int32_t fp_cuda_synchronize(int32_t device_index) {
  return guard([&] {
    allocator();
    at::accelerator::synchronizeDevice(static_cast<c10::DeviceIndex>(device_index));
  });
}

int32_t fp_cuda_empty_cache() {
  return guard([] { allocator()->emptyCache(); });
}

int32_t fp_cuda_memory(int32_t device_index, int64_t* now, int64_t* peak, int64_t* reserved) {
  return guard([&] {
    auto stats = allocator()->getDeviceStats(static_cast<c10::DeviceIndex>(device_index));
    *now = stats.allocated_bytes[kAggregate].current;
    *peak = stats.allocated_bytes[kAggregate].peak;
    *reserved = stats.reserved_bytes[kAggregate].current;
  });
}

int32_t fp_cuda_memory_reset_peak(int32_t device_index) {
  return guard([&] { allocator()->resetPeakStats(static_cast<c10::DeviceIndex>(device_index)); });
}
