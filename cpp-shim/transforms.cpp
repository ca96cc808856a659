// Levels of libtorch's transforms: forward-mode differentiation, and functorch's batches and gradients.
#include "op_support.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>
#include <ATen/functorch/TensorWrapper.h>
#include <torch/csrc/autograd/forward_grad.h>

using namespace flowprior;
namespace ft = at::functorch;

int32_t fp_dual_open(int64_t* level) {
  return guard([&] { *level = static_cast<int64_t>(torch::autograd::ForwardADLevel::get_next_idx()); });
}

int32_t fp_dual_close(int64_t level) {
  return guard([&] { torch::autograd::ForwardADLevel::release_idx(static_cast<uint64_t>(level)); });
}

int32_t fp_dual_make(int64_t primal, int64_t tangent, int64_t level, int64_t* out) {
  return guard([&] { *out = release(at::_make_dual(In(primal).ref(), In(tangent).ref(), level)); });
}

int32_t fp_dual_unpack(int64_t dual, int64_t level, int64_t* out) {
  return guard([&] { store_all(at::_unpack_dual(In(dual).ref(), level), out); });
}

int32_t fp_vmap_open(int64_t batch, int32_t randomness, int64_t* level) {
  return guard([&] {
    *level = ft::initAndPushDynamicLayer(
        ft::TransformType::Vmap, c10::SymInt(batch), static_cast<ft::RandomnessType>(randomness));
  });
}

int32_t fp_grad_open(int64_t* level) {
  return guard([&] {
    *level = ft::initAndPushDynamicLayer(
        ft::TransformType::Grad, std::nullopt, std::nullopt, at::GradMode::is_enabled());
  });
}

int32_t fp_level_close() {
  return guard([] { ft::popDynamicLayerAndDeleteMetadata(); });
}

int32_t fp_vmap_in(int64_t tensor, int64_t dim, int64_t level, int64_t* out) {
  return guard([&] {
    at::Tensor t = shared(tensor);
    *out = release(ft::addBatchDim(t, at::maybe_wrap_dim(dim, t.dim()), level));
  });
}

int32_t fp_vmap_out(int64_t tensor, int64_t dim, int64_t level, int64_t batch, int64_t* out) {
  return guard([&] {
    at::Tensor t = shared(tensor);
    auto* batched = ft::maybeGetBatchedImpl(t);
    if (batched != nullptr && batched->level() == level) {
      *out = release(at::movedim(batched->value(), batched->bdim(), dim));
      return;
    }
    // A result that does not depend on the batch is the same for all of it.
    auto sizes = t.sizes().vec();
    sizes.insert(sizes.begin(), batch);
    *out = release(at::movedim(t.expand(sizes), 0, dim));
  });
}

int32_t fp_grad_in(int64_t tensor, int64_t level, int64_t* out) {
  return guard([&] {
    at::Tensor leaf = ft::makeTensorWrapper(shared(tensor), level);
    bool before = ft::getInplaceRequiresGradAllowed();
    ft::setInplaceRequiresGradAllowed(true);
    try {
      leaf.requires_grad_(true);
    } catch (...) {
      ft::setInplaceRequiresGradAllowed(before);
      throw;
    }
    ft::setInplaceRequiresGradAllowed(before);
    *out = release(std::move(leaf));
  });
}

int32_t fp_grad_out(int64_t tensor, int64_t level, int64_t* out) {
  return guard([&] {
    at::Tensor t = shared(tensor);
    auto* wrapper = ft::maybeGetTensorWrapper(t);
    bool mine = wrapper != nullptr && wrapper->level().has_value() && *wrapper->level() == level;
    *out = release(mine ? wrapper->value() : t);
  });
}
