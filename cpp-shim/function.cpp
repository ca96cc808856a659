// Autograd functions whose forward and backward are written in Java.
#include "op_support.h"

#include <ATen/FuncTorchTLS.h>
#include <c10/core/DeviceGuard.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <string>
#include <unordered_set>

#include "node.h"

using namespace flowprior;
namespace autograd = torch::autograd;

namespace {

struct JavaFunction final : autograd::Node {
  std::string type;
  fp_backward_fn backward = nullptr;
  fp_release_fn release_function = nullptr;
  int64_t id = 0;
  bool materialize = true;
  bool freed = false;
  std::vector<autograd::SavedVariable> saved;
  std::vector<autograd::VariableInfo> outputs;
  size_t input_count = 0;

  ~JavaFunction() override {
    if (release_function != nullptr) {
      release_function(id);
    }
  }

  std::string name() const override { return type; }

  autograd::variable_list apply(autograd::variable_list&& gradients) override {
    at::OptionalDeviceGuard device_guard;
    std::vector<int64_t> handles;
    for (size_t i = 0; i < gradients.size(); i++) {
      bool zeros = !gradients[i].defined() && materialize;
      handles.push_back(release(zeros ? outputs[i].zeros(device_guard) : std::move(gradients[i])));
    }
    std::vector<int32_t> needed;
    for (size_t i = 0; i < input_count; i++) {
      needed.push_back(task_should_compute_output(i));
    }
    std::vector<int64_t> results(input_count, 0);
    int32_t status = backward(
        id, reinterpret_cast<int64_t>(this), handles.data(), static_cast<int64_t>(handles.size()), needed.data(),
        static_cast<int64_t>(needed.size()), results.data());
    autograd::variable_list owners;
    for (int64_t result : results) {
      owners.push_back(owned(result));
    }
    if (status != 0) {
      throw CallbackError("the backward of a Function failed");
    }
    return owners;
  }

  void release_variables() override {
    saved.clear();
    freed = true;
  }
};

std::unordered_set<at::TensorImpl*> chosen(const std::vector<at::Tensor>& tensors, const int32_t* flags) {
  std::unordered_set<at::TensorImpl*> found;
  for (size_t i = 0; i < tensors.size(); i++) {
    if (flags[i] != 0) {
      found.insert(tensors[i].unsafeGetTensorImpl());
    }
  }
  return found;
}

} // namespace

int32_t fp_function_apply(const char* type, const int64_t* inputs, const int32_t* dirty, int64_t input_count,
                          const int64_t* outputs, const int32_t* not_differentiable, int64_t output_count,
                          const int64_t* saved, int64_t saved_count, int32_t materialize, fp_backward_fn backward,
                          fp_release_fn release_function, int64_t id, int64_t* out) {
  return guard([&] {
    auto [node, pointer] = make_node<JavaFunction>();
    node->release_function = release_function;
    node->id = id;
    node->type = type;
    node->backward = backward;
    node->materialize = materialize != 0;
    const auto& functorch = at::functorch::functorchTLSAccessor();
    if (functorch) {
      functorch->checkSupportsCppAutogradFunction();
    }
    auto given = as_tensors(inputs, input_count);
    bool recorded = at::GradMode::is_enabled() && autograd::any_variable_requires_grad(given);
    node->input_count = given.size();
    node->set_next_edges(recorded ? autograd::collect_next_edges(given) : autograd::edge_list());
    node->clear_input_metadata();
    auto changed = chosen(given, dirty);
    for (at::TensorImpl* tensor : changed) {
      tensor->bump_version();
    }
    auto results = as_tensors(outputs, output_count);
    auto wrapped = autograd::_wrap_outputs(
        given, chosen(results, not_differentiable), changed,
        std::vector<std::optional<at::Tensor>>(results.begin(), results.end()), recorded ? pointer : NodePointer(),
        [](const autograd::variable_list&, const autograd::variable_list&) -> autograd::variable_list {
          TORCH_CHECK(false, "forward-mode derivatives of a Function written in Java are not defined");
        },
        {}, [](const at::Tensor& x) { return x.view_as(x); }, /*pure_view=*/false);
    if (recorded) {
      for (const auto& output : wrapped) {
        node->outputs.emplace_back(*output);
      }
      for (const at::Tensor& tensor : as_tensors(saved, saved_count)) {
        if (tensor.defined()) {
          node->saved.emplace_back(tensor, tensor.grad_fn() == pointer);
        } else {
          node->saved.emplace_back();
        }
      }
    }
    for (auto& output : wrapped) {
      *out++ = release(std::move(*output));
    }
  });
}

int32_t fp_function_saved(int64_t function, int64_t* out) {
  return guard([&] {
    auto* node = reinterpret_cast<JavaFunction*>(function);
    TORCH_CHECK(!node->freed, autograd::ERR_BACKWARD_TWICE);
    std::vector<at::Tensor> tensors;
    for (const auto& variable : node->saved) {
      tensors.push_back(variable.unpack(pointer_to(node)));
    }
    for (at::Tensor& tensor : tensors) {
      *out++ = release(std::move(tensor));
    }
  });
}
