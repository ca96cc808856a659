// Checks that libtorch leaves out, where a wrong argument would read or write memory that is not the caller's. An entry
// of tools/opgen/ops.list names its check behind "when"; the check sees the entry's arguments first.
#pragma once

#include "op_support.h"

namespace flowprior {

// libtorch's own check of as_strided overflows: with sizes near 2^63 it lets memory be read that is not there.
inline void check_in_storage(const at::Tensor& self, c10::SymIntArrayRef size, c10::SymIntArrayRef stride,
                             const std::optional<c10::SymInt>& offset) {
  int64_t last = offset ? offset->expect_int() : self.storage_offset();
  bool fits = last >= 0;
  for (size_t i = 0; fits && i < std::min(size.size(), stride.size()); i++) {
    int64_t span = 0;
    fits = !__builtin_mul_overflow(std::max<int64_t>(size[i].expect_int() - 1, 0), stride[i].expect_int(), &span) &&
        !__builtin_add_overflow(last, span, &last);
  }
  TORCH_CHECK_VALUE(fits, "the sizes and strides reach beyond what 64 bits count");
}

// The same order in memory; the stride of a dimension of size 1 means nothing, and autograd leaves it as it comes.
inline bool same_layout(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes() || !a.is_non_overlapping_and_dense()) {
    return false;
  }
  for (int64_t d = 0; d < a.dim(); d++) {
    if (a.size(d) != 1 && a.stride(d) != b.stride(d)) {
      return false;
    }
  }
  return true;
}

// The fused optimisers walk their lists side by side and trust that they match.
inline void require_like(const std::vector<at::Tensor>& self, const std::vector<at::Tensor>& list, const char* name) {
  TORCH_CHECK_VALUE(list.size() == self.size(), name, " has ", list.size(), " tensors for ", self.size(), " parameters");
  for (size_t i = 0; i < self.size(); i++) {
    TORCH_CHECK_VALUE(
        list[i].scalar_type() == self[i].scalar_type() && list[i].device() == self[i].device() &&
            same_layout(self[i], list[i]),
        name, "[", i, "] differs from its parameter in shape, strides, dtype or device");
  }
}

inline void require_steps(const std::vector<at::Tensor>& self, const std::vector<at::Tensor>& steps) {
  TORCH_CHECK_VALUE(
      steps.size() == self.size(), "state_steps has ", steps.size(), " tensors for ", self.size(), " parameters");
  for (const at::Tensor& step : steps) {
    TORCH_CHECK_VALUE(
        step.numel() == 1 && step.scalar_type() == at::ScalarType::Float, "a step is one float32 number");
  }
}

template <class Rate, class... Rest>
void check_fused_adam(const std::vector<at::Tensor>& self, const std::vector<at::Tensor>& grads,
                      const std::vector<at::Tensor>& averages, const std::vector<at::Tensor>& squares,
                      const std::vector<at::Tensor>& largest, const std::vector<at::Tensor>& steps, const Rate& rate,
                      double beta1, double beta2, double weight_decay, double eps, bool amsgrad, const Rest&... rest) {
  require_like(self, grads, "grads");
  require_like(self, averages, "exp_avgs");
  require_like(self, squares, "exp_avg_sqs");
  if (amsgrad) {
    require_like(self, largest, "max_exp_avg_sqs");
  }
  require_steps(self, steps);
}

template <class Rate, class... Rest>
void check_fused_sgd(const std::vector<at::Tensor>& self, const std::vector<at::Tensor>& grads,
                     const std::vector<at::Tensor>& buffers, double weight_decay, double momentum, const Rate& rate,
                     const Rest&... rest) {
  require_like(self, grads, "grads");
  if (momentum != 0 || !buffers.empty()) {
    require_like(self, buffers, "momentum_buffer_list");
  }
}

template <class... Rest>
void check_fused_adagrad(const std::vector<at::Tensor>& self, const std::vector<at::Tensor>& grads,
                         const std::vector<at::Tensor>& sums, const std::vector<at::Tensor>& steps,
                         const Rest&... rest) {
  require_like(self, grads, "grads");
  require_like(self, sums, "state_sums");
  require_steps(self, steps);
}

} // namespace flowprior
