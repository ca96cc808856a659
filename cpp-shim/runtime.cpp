// Errors, version, threads, memory counters.
#include "op_support.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <malloc.h>
#include <torch/csrc/autograd/engine.h>

#include <atomic>
#include <exception>
#include <new>
#include <string>

#include "checkpoint.h"

namespace flowprior {
namespace {

// Codes that the Java side turns into exception types.
enum Code : int32_t {
  kError = 1,
  kIndex = 2,
  kType = 3,
  kValue = 4,
  kNotImplemented = 5,
  kOutOfMemory = 6,
  kLinearAlgebra = 7,
  kCallback = 8,
  kStandard = 9,
};

thread_local std::string last_message;
thread_local std::string last_full;

int32_t store(Code code, std::string message, std::string full) {
  last_message = std::move(message);
  last_full = std::move(full);
  return code;
}

int32_t store(Code code, const c10::Error& error) {
  return store(code, error.what_without_backtrace(), error.what());
}

std::atomic<int64_t> cpu_bytes{0};
std::atomic<int64_t> cpu_peak{0};

void count_bytes(int64_t bytes) {
  int64_t now = cpu_bytes.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  int64_t peak = cpu_peak.load(std::memory_order_relaxed);
  while (now > peak && !cpu_peak.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

std::atomic<fp_collect_fn> collector{nullptr};

// Java frees what nobody can reach any more before an allocation fails.
void* allocated(size_t bytes) {
  std::exception_ptr failure;
  try {
    return c10::alloc_cpu(bytes);
  } catch (...) {
    failure = std::current_exception();
  }
  fp_collect_fn collect = collector.load();
  if (collect == nullptr || collect(static_cast<int64_t>(bytes)) == 0) {
    std::rethrow_exception(failure);
  }
  return c10::alloc_cpu(bytes);
}

// libtorch's own CPU allocation, counted. The size of a block is asked of malloc, so nothing is stored beside it.
struct CountingAllocator final : c10::Allocator {
  at::DataPtr allocate(size_t bytes) override {
    void* data = allocated(bytes);
    count_bytes(static_cast<int64_t>(malloc_usable_size(data)));
    return {data, data, &free_counted, at::Device(at::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &free_counted; }
  void copy_data(void* target, const void* source, size_t bytes) const override {
    default_copy_data(target, source, bytes);
  }
  static void free_counted(void* data) {
    if (data != nullptr) {
      cpu_bytes.fetch_sub(static_cast<int64_t>(malloc_usable_size(data)), std::memory_order_relaxed);
      c10::free_cpu(data);
    }
  }
};

} // namespace

int32_t store_error() noexcept {
  try {
    try {
      throw;
    } catch (const CallbackError& e) {
      return store(kCallback, e.what(), e.what());
    } catch (const c10::IndexError& e) {
      return store(kIndex, e);
    } catch (const c10::TypeError& e) {
      return store(kType, e);
    } catch (const c10::ValueError& e) {
      return store(kValue, e);
    } catch (const c10::NotImplementedError& e) {
      return store(kNotImplemented, e);
    } catch (const c10::OutOfMemoryError& e) {
      return store(kOutOfMemory, e);
    } catch (const c10::LinAlgError& e) {
      return store(kLinearAlgebra, e);
    } catch (const c10::Error& e) {
      return store(kError, e);
    } catch (const std::bad_alloc& e) {
      return store(kOutOfMemory, e.what(), e.what());
    } catch (const std::exception& e) {
      return store(kStandard, e.what(), e.what());
    } catch (...) {
      return store(kStandard, "unknown C++ exception", "unknown C++ exception");
    }
  } catch (...) {
    // No memory even for the text.
    return kOutOfMemory;
  }
}

} // namespace flowprior

using namespace flowprior;

int32_t fp_last_error(int32_t full, char* buffer, int64_t capacity, int64_t* length) {
  store_text(full != 0 ? last_full : last_message, buffer, capacity, length);
  return 0;
}

int32_t fp_initialize() {
  return guard([] {
    static CountingAllocator allocator;
    c10::SetCPUAllocator(&allocator, /*priority=*/1);
    torch::autograd::set_default_engine_stub(&checkpoint_engine);
  });
}

int32_t fp_nothing() {
  return 0;
}

int32_t fp_version(char* buffer, int64_t capacity, int64_t* length) {
  store_text(TORCH_VERSION, buffer, capacity, length);
  return 0;
}

int32_t fp_dtype_name(int32_t code, char* buffer, int64_t capacity, int64_t* length) {
  return guard([&] { store_text(c10::toString(as_dtype(code)), buffer, capacity, length); });
}

int32_t fp_build_info(char* buffer, int64_t capacity, int64_t* length) {
  return guard([&] { store_text(at::show_config() + at::get_parallel_info(), buffer, capacity, length); });
}

int32_t fp_threads(int64_t* out) {
  return guard([&] { *out = at::get_num_threads(); });
}

int32_t fp_set_threads(int64_t threads) {
  return guard([&] { at::set_num_threads(static_cast<int>(threads)); });
}

int32_t fp_set_interop_threads(int64_t threads) {
  return guard([&] { at::set_num_interop_threads(static_cast<int>(threads)); });
}

int32_t fp_manual_seed(int64_t seed) {
  return guard([&] { at::manual_seed(static_cast<uint64_t>(seed)); });
}

int32_t fp_set_deterministic(int32_t enabled, int32_t warn_only) {
  return guard([&] { at::globalContext().setDeterministicAlgorithms(enabled != 0, warn_only != 0); });
}

int32_t fp_set_float32_matmul_precision(const char* precision) {
  return guard([&] { at::globalContext().setFloat32MatmulPrecision(precision); });
}

int32_t fp_cpu_memory(int64_t* now, int64_t* peak) {
  *now = cpu_bytes.load(std::memory_order_relaxed);
  *peak = cpu_peak.load(std::memory_order_relaxed);
  return 0;
}

int32_t fp_cpu_memory_reset_peak() {
  cpu_peak.store(cpu_bytes.load(std::memory_order_relaxed), std::memory_order_relaxed);
  return 0;
}

int32_t fp_set_collector(fp_collect_fn collect) {
  collector.store(collect);
  return 0;
}
