// Backward, gradients, grad modes, hooks.
#include "op_support.h"

#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>

#include <memory>

using namespace flowprior;

int32_t fp_set_requires_grad(int64_t tensor, int32_t enabled) {
  return guard([&] { In(tensor).ref().requires_grad_(enabled != 0); });
}

int32_t fp_tensor_grad(int64_t tensor, int64_t* out) {
  return guard([&] { *out = release(In(tensor).ref().grad()); });
}

int32_t fp_tensor_set_grad(int64_t tensor, int64_t gradient) {
  return guard([&] { In(tensor).ref().mutable_grad() = shared(gradient); });
}

int32_t fp_retain_grad(int64_t tensor) {
  return guard([&] { In(tensor).ref().retain_grad(); });
}

int32_t fp_grad_fn_name(int64_t tensor, char* buffer, int64_t capacity, int64_t* length) {
  return guard([&] {
    In in(tensor);
    const auto& node = in.ref().grad_fn();
    store_text(node ? node->name() : std::string(), buffer, capacity, length);
  });
}

int32_t fp_backward(const int64_t* tensors, int64_t count, const int64_t* gradients, int32_t retain_graph_given,
                    int32_t retain_graph, int32_t create_graph, const int64_t* inputs, int64_t input_count) {
  return guard([&] {
    torch::autograd::backward(
        as_tensors(tensors, count), gradients == nullptr ? std::vector<at::Tensor>() : as_tensors(gradients, count),
        as_given(retain_graph_given, retain_graph != 0), create_graph != 0,
        inputs == nullptr ? std::vector<at::Tensor>() : as_tensors(inputs, input_count));
  });
}

int32_t fp_grad(const int64_t* outputs, int64_t count, const int64_t* inputs, int64_t input_count,
                const int64_t* gradients, int32_t retain_graph_given, int32_t retain_graph, int32_t create_graph,
                int32_t allow_unused, int64_t* out) {
  return guard([&] {
    auto result = torch::autograd::grad(
        as_tensors(outputs, count), as_tensors(inputs, input_count),
        gradients == nullptr ? std::vector<at::Tensor>() : as_tensors(gradients, count),
        as_given(retain_graph_given, retain_graph != 0), create_graph != 0, allow_unused != 0);
    for (auto& gradient : result) {
      *out++ = release(std::move(gradient));
    }
  });
}

int32_t fp_grad_mode(int32_t* out) {
  return guard([&] { *out = at::GradMode::is_enabled(); });
}

int32_t fp_set_grad_mode(int32_t enabled) {
  return guard([&] { at::GradMode::set_enabled(enabled != 0); });
}

int32_t fp_inference_mode_open(int32_t enabled, int64_t* guard_out) {
  return guard([&] { *guard_out = reinterpret_cast<int64_t>(new c10::InferenceMode(enabled != 0)); });
}

int32_t fp_inference_mode_close(int64_t opened) {
  return guard([&] { delete reinterpret_cast<c10::InferenceMode*>(opened); });
}

int32_t fp_inference_mode(int32_t* out) {
  return guard([&] { *out = c10::InferenceMode::is_enabled(); });
}

int32_t fp_anomaly_mode(int32_t* enabled, int32_t* check_nan) {
  return guard([&] {
    *enabled = torch::autograd::AnomalyMode::is_enabled();
    *check_nan = torch::autograd::AnomalyMode::should_check_nan();
  });
}

int32_t fp_set_anomaly_mode(int32_t enabled, int32_t check_nan) {
  return guard([&] { torch::autograd::AnomalyMode::set_enabled(enabled != 0, check_nan != 0); });
}

int32_t fp_hook_add(int64_t tensor, fp_hook_fn hook, fp_release_fn release_hook, int64_t id, int64_t* position) {
  return guard([&] {
    // Java forgets the hook when the last copy of the closure goes.
    auto owner = std::shared_ptr<void>(nullptr, [release_hook, id](void*) { release_hook(id); });
    *position = In(tensor).ref().register_hook([hook, id, owner](const at::Tensor& gradient) {
      int64_t replacement = 0;
      if (hook(id, release(gradient), &replacement) != 0) {
        throw CallbackError("a hook failed");
      }
      return owned(replacement);
    });
  });
}

int32_t fp_hook_remove(int64_t tensor, int64_t position) {
  return guard([&] { In(tensor).ref().remove_hook(static_cast<unsigned>(position)); });
}
