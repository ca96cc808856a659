// Function transforms: forward-mode derivatives, and functorch's batching and nested gradients.
#include "op_support.h"

#include <ATen/core/grad_mode.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>
#include <ATen/functorch/TensorWrapper.h>
#include <ATen/ops/_make_dual_ops.h>
#include <ATen/ops/_unpack_dual_ops.h>
#include <ATen/ops/movedim_ops.h>
#include <torch/csrc/autograd/forward_grad.h>

using namespace flowprior;
namespace functorch = at::functorch;

int32_t fp_dual_level_enter(int64_t* level) {
  return guard([&] { *level = static_cast<int64_t>(torch::autograd::ForwardADLevel::get_next_idx()); });
}

int32_t fp_dual_level_exit(int64_t level) {
  return guard([&] { torch::autograd::ForwardADLevel::release_idx(static_cast<uint64_t>(level)); });
}

int32_t fp_make_dual(int64_t primal, int64_t tangent, int64_t level, int64_t* out) {
  return guard([&] { *out = release(at::_ops::_make_dual::call(In(primal).ref(), In(tangent).ref(), level)); });
}

int32_t fp_unpack_dual(int64_t dual, int64_t level, int64_t* out) {
  return guard([&] { store_all(at::_ops::_unpack_dual::call(In(dual).ref(), level), out); });
}

int32_t fp_vmap_enter(int64_t batch, int32_t randomness, int64_t* level) {
  return guard([&] {
    *level = functorch::initAndPushDynamicLayer(
        functorch::TransformType::Vmap, c10::SymInt(batch), static_cast<functorch::RandomnessType>(randomness));
  });
}

int32_t fp_grad_layer_enter(int64_t* level) {
  return guard([&] {
    *level = functorch::initAndPushDynamicLayer(
        functorch::TransformType::Grad, std::nullopt, std::nullopt, at::GradMode::is_enabled());
  });
}

int32_t fp_layer_exit() {
  return guard([] {
    auto layer = functorch::popDynamicLayerAndDeleteMetadata();
    (void)layer;
  });
}

int32_t fp_vmap_add(int64_t tensor, int64_t dim, int64_t level, int64_t* out) {
  return guard([&] { *out = release(functorch::addBatchDim(shared(tensor), dim, level)); });
}

int32_t fp_vmap_remove(int64_t tensor, int64_t level, int64_t batch, int64_t dim, int64_t* out) {
  return guard([&] {
    at::Tensor result = shared(tensor);
    auto* batched = functorch::maybeGetBatchedImpl(result);
    if (batched != nullptr && batched->level() == level) {
      *out = release(at::_ops::movedim_int::call(batched->value(), batched->bdim(), dim));
    } else {
      // The result does not depend on the batch.
      std::vector<int64_t> sizes = result.sizes().vec();
      sizes.insert(sizes.begin(), batch);
      *out = release(at::_ops::movedim_int::call(result.expand(sizes), 0, dim));
    }
  });
}

int32_t fp_grad_layer_wrap(int64_t tensor, int64_t level, int64_t* out) {
  return guard([&] {
    at::Tensor wrapped = functorch::makeTensorWrapper(shared(tensor), level);
    functorch::setInplaceRequiresGradAllowed(true);
    wrapped.requires_grad_(true);
    functorch::setInplaceRequiresGradAllowed(false);
    *out = release(std::move(wrapped));
  });
}

int32_t fp_grad_layer_unwrap(int64_t tensor, int64_t level, int64_t* out) {
  return guard([&] {
    at::Tensor result = shared(tensor);
    auto* wrapper = functorch::maybeGetTensorWrapper(result);
    *out = release(
        wrapper != nullptr && wrapper->level().has_value() && *wrapper->level() == level ? wrapper->value() : result);
  });
}
