// Autograd functions whose forward and backward are Java.
#include "op_support.h"

#include <ATen/FuncTorchTLS.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <memory>
#include <unordered_set>

using namespace flowprior;

namespace {

namespace ag = torch::autograd;

struct JavaNode final : ag::Node {
  std::string called;
  fp_function_fn backward = nullptr;
  int64_t id = 0;
  // Java forgets the function when the node goes.
  std::shared_ptr<void> owner;
  bool materialize = true;
  bool freed = false;
  std::vector<ag::SavedVariable> saved;
  std::vector<ag::VariableInfo> output_info;

  std::mutex& mutex() { return mutex_; }

  std::string name() const override { return called + "Backward"; }

  ag::variable_list apply(ag::variable_list&& gradients) override {
    at::OptionalDeviceGuard device;
    std::vector<int64_t> in;
    for (size_t i = 0; i < gradients.size(); i++) {
      bool zeros = materialize && !gradients[i].defined();
      in.push_back(release(zeros ? output_info[i].zeros(device) : std::move(gradients[i])));
    }
    std::vector<int64_t> out(num_outputs(), 0);
    int32_t status = backward(
        id, reinterpret_cast<int64_t>(this), in.data(), static_cast<int64_t>(in.size()), out.data(),
        static_cast<int64_t>(out.size()));
    ag::variable_list results;
    for (int64_t handle : out) {
      results.push_back(owned(handle));
    }
    if (status != 0) {
      throw CallbackError("the backward of a function failed");
    }
    return results;
  }

  void release_variables() override {
    std::lock_guard<std::mutex> lock(mutex_);
    saved.clear();
    freed = true;
  }
};

// Nodes are counted by libtorch's own pointers from 2.13 on, by std::shared_ptr before.
template <class T>
auto make_node() {
  if constexpr (std::is_base_of_v<c10::intrusive_ptr_target, T>) {
    return c10::make_intrusive<T>();
  } else {
    return std::shared_ptr<T>(new T(), [](auto* node) { deleteNode(node); });
  }
}

std::unordered_set<at::TensorImpl*> as_set(const int64_t* handles, int64_t count) {
  std::unordered_set<at::TensorImpl*> set;
  for (int64_t i = 0; i < count; i++) {
    set.insert(reinterpret_cast<at::TensorImpl*>(handles[i]));
  }
  return set;
}

ag::variable_list no_jvp(const ag::variable_list& inputs, const ag::variable_list& tangents) {
  TORCH_CHECK_NOT_IMPLEMENTED(false, "a Function written in Java has no forward-mode derivative");
}

} // namespace

int32_t fp_function_apply(const char* name, const int64_t* inputs, int64_t input_count, const int64_t* outputs,
                          int64_t output_count, const int64_t* saved, int64_t saved_count, const int64_t* constants,
                          int64_t constant_count, const int64_t* dirty, int64_t dirty_count, int32_t materialize,
                          fp_function_fn backward, fp_release_fn release_function, int64_t id, int64_t* out) {
  return guard([&] {
    auto owner = std::shared_ptr<void>(nullptr, [release_function, id](void*) { release_function(id); });
    if (const auto& functorch = at::functorch::functorchTLSAccessor()) {
      functorch->checkSupportsCppAutogradFunction();
    }
    auto input_list = as_tensors(inputs, input_count);
    std::vector<std::optional<at::Tensor>> raw;
    for (const at::Tensor& output : as_tensors(outputs, output_count)) {
      raw.emplace_back(output);
    }
    auto node = make_node<JavaNode>();
    bool recorded = at::GradMode::is_enabled() && ag::any_variable_requires_grad(input_list);
    if (recorded) {
      node->set_next_edges(ag::collect_next_edges(input_list));
      node->clear_input_metadata();
    }
    auto changed = as_set(dirty, dirty_count);
    for (at::TensorImpl* tensor : changed) {
      tensor->bump_version();
    }
    auto results = ag::_wrap_outputs(
        input_list, as_set(constants, constant_count), changed, raw, recorded ? node : nullptr, no_jvp, {},
        [](const at::Tensor& x) { return x.view_as(x); }, false);
    if (recorded) {
      node->called = name;
      node->backward = backward;
      node->id = id;
      node->owner = std::move(owner);
      node->materialize = materialize != 0;
      for (const auto& result : results) {
        node->output_info.emplace_back(*result);
      }
      for (int64_t i = 0; i < saved_count; i++) {
        at::Tensor tensor = shared(saved[i]);
        bool is_output = tensor.defined() && tensor.grad_fn().get() == node.get();
        node->saved.emplace_back(tensor, is_output);
      }
    }
    for (auto& result : results) {
      *out++ = release(std::move(*result));
    }
  });
}

int32_t fp_function_saved(int64_t handle, int64_t* out) {
  return guard([&] {
    auto* node = reinterpret_cast<JavaNode*>(handle);
    std::lock_guard<std::mutex> lock(node->mutex());
    TORCH_CHECK(!node->freed, ag::ERR_BACKWARD_TWICE);
    ag::variable_list tensors;
    for (const ag::SavedVariable& variable : node->saved) {
      tensors.push_back(variable.unpack(node->getptr()));
    }
    for (at::Tensor& tensor : tensors) {
      *out++ = release(std::move(tensor));
    }
  });
}
