// TorchScript modules.
#include "op_support.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <string>

using namespace flowprior;
using torch::jit::Module;

namespace {

Module& module_of(int64_t handle) {
  return *reinterpret_cast<Module*>(handle);
}

void collect(const c10::IValue& value, std::vector<at::Tensor>& tensors) {
  if (value.isTensor()) {
    tensors.push_back(value.toTensor());
  } else if (value.isTensorList()) {
    for (const at::Tensor& tensor : value.toTensorVector()) {
      tensors.push_back(tensor);
    }
  } else if (value.isTuple()) {
    for (const c10::IValue& element : value.toTupleRef().elements()) {
      collect(element, tensors);
    }
  } else if (value.isList()) {
    for (const c10::IValue& element : value.toListRef()) {
      collect(element, tensors);
    }
  } else if (!value.isNone()) {
    TORCH_CHECK_TYPE(false, "a TorchScript module returned a ", value.tagKind(), "; tensors, tuples and lists of them are read");
  }
}

} // namespace

int32_t fp_script_load(const char* path, int32_t device_type, int32_t device_index, int64_t* out) {
  return guard([&] {
    *out = reinterpret_cast<int64_t>(
        new Module(torch::jit::load(path, as_device(device_type, device_index), /*load_debug_files=*/false)));
  });
}

int32_t fp_script_free(int64_t module) {
  return guard([&] { delete &module_of(module); });
}

int32_t fp_script_save(int64_t module, const char* path) {
  return guard([&] { module_of(module).save(path); });
}

int32_t fp_script_call(int64_t module, const char* method, const int64_t* inputs, int64_t count, int64_t** out,
                       int64_t* out_count) {
  return guard([&] {
    std::vector<c10::IValue> arguments;
    for (at::Tensor& tensor : as_tensors(inputs, count)) {
      arguments.emplace_back(std::move(tensor));
    }
    std::vector<at::Tensor> results;
    collect(module_of(module).get_method(method)(std::move(arguments)), results);
    store_list(std::move(results), out, out_count);
  });
}

int32_t fp_script_to(int64_t module, int32_t device_type, int32_t device_index, int32_t dtype_given, int32_t dtype) {
  return guard([&] {
    if (dtype_given != 0) {
      module_of(module).to(as_device(device_type, device_index), as_dtype(dtype));
    } else {
      module_of(module).to(as_device(device_type, device_index));
    }
  });
}

int32_t fp_script_train(int64_t module, int32_t training) {
  return guard([&] { module_of(module).train(training != 0); });
}

int32_t fp_script_freeze(int64_t module, int64_t* out) {
  return guard([&] { *out = reinterpret_cast<int64_t>(new Module(torch::jit::freeze(module_of(module)))); });
}

int32_t fp_script_state(int64_t module, int64_t** out, int64_t* out_count, char* names, int64_t capacity,
                        int64_t* length) {
  return guard([&] {
    std::vector<at::Tensor> tensors;
    std::string joined;
    auto add = [&](const std::string& name, const at::Tensor& tensor) {
      joined += joined.empty() ? name : "\n" + name;
      tensors.push_back(tensor);
    };
    for (const auto& parameter : module_of(module).named_parameters()) {
      add(parameter.name, parameter.value);
    }
    for (const auto& buffer : module_of(module).named_buffers()) {
      add(buffer.name, buffer.value);
    }
    store_text(joined, names, capacity, length);
    store_list(std::move(tensors), out, out_count);
  });
}
