// Random number generators.
#include "op_support.h"

#include <ATen/Context.h>
#include <ATen/CPUGeneratorImpl.h>

#include <mutex>

using namespace flowprior;

namespace {

int64_t release(at::Generator generator) {
  return reinterpret_cast<int64_t>(generator.unsafeReleaseGeneratorImpl());
}

} // namespace

int32_t fp_generator_new(int32_t device_type, int32_t device_index, int64_t* out) {
  return guard([&] {
    at::Device device = as_device(device_type, device_index);
    *out = release(device.is_cpu() ? at::make_generator<at::CPUGeneratorImpl>()
                                   : at::globalContext().getAcceleratorHooksInterface(device.type()).getNewGenerator(
                                         device.index()));
  });
}

int32_t fp_generator_default(int32_t device_type, int32_t device_index, int64_t* out) {
  return guard([&] { *out = release(at::globalContext().defaultGenerator(as_device(device_type, device_index))); });
}

int32_t fp_generator_free(int64_t generator) {
  return guard([&] {
    c10::intrusive_ptr<at::GeneratorImpl>::reclaim(reinterpret_cast<at::GeneratorImpl*>(generator));
  });
}

int32_t fp_generator_set_seed(int64_t generator, int64_t seed) {
  return guard([&] {
    at::Generator g = *as_generator(generator);
    std::lock_guard<std::mutex> lock(g.mutex());
    g.set_current_seed(static_cast<uint64_t>(seed));
  });
}

int32_t fp_generator_seed(int64_t generator, int64_t* out) {
  return guard([&] { *out = static_cast<int64_t>(as_generator(generator)->current_seed()); });
}

int32_t fp_generator_state(int64_t generator, int64_t* out) {
  return guard([&] {
    at::Generator g = *as_generator(generator);
    std::lock_guard<std::mutex> lock(g.mutex());
    *out = flowprior::release(g.get_state());
  });
}

int32_t fp_generator_set_state(int64_t generator, int64_t state) {
  return guard([&] {
    at::Generator g = *as_generator(generator);
    std::lock_guard<std::mutex> lock(g.mutex());
    g.set_state(In(state).ref());
  });
}
