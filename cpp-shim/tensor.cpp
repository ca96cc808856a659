// Storage, properties and lifetime of tensors.
#include "op_support.h"

#include <ATen/Functions.h>
#include <ATen/ops/from_blob.h>

using namespace flowprior;

namespace {

// Elements that differ from the memory: a conjugate or negative view, or zeros without memory, as some gradients are.
bool is_lazy(const at::Tensor& tensor) {
  return tensor.is_conj() || tensor.is_neg() || tensor._is_zerotensor();
}

} // namespace

int32_t fp_tensor_free(const int64_t* tensors, int64_t count) {
  return guard([&] {
    for (int64_t i = 0; i < count; i++) {
      c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(
          reinterpret_cast<at::TensorImpl*>(tensors[i]));
    }
  });
}

int32_t fp_list_free(int64_t* block) {
  std::free(block);
  return 0;
}

int32_t fp_tensor_share(int64_t tensor, int64_t* out) {
  return guard([&] { *out = release(shared(tensor)); });
}

int32_t fp_tensor_info(int64_t tensor, int64_t* out) {
  return guard([&] {
    In in(tensor);
    const at::Tensor& t = in.ref();
    out[0] = t.dim();
    out[1] = static_cast<int64_t>(t.scalar_type());
    out[2] = static_cast<int64_t>(t.device().type());
    out[3] = t.device().index();
    out[4] = t.numel();
    out[5] = static_cast<int64_t>(t.element_size());
    out[6] = t.is_contiguous();
    out[7] = (t.requires_grad() ? 1 : 0) | (t.is_leaf() ? 2 : 0) | (t.is_inference() ? 4 : 0) |
        (t.is_floating_point() ? 8 : 0) | (t.is_complex() ? 16 : 0) | (is_lazy(t) ? 32 : 0);
  });
}

int32_t fp_tensor_shape(int64_t tensor, int64_t* sizes) {
  return guard([&] {
    In in(tensor);
    std::copy(in.ref().sizes().begin(), in.ref().sizes().end(), sizes);
  });
}

int32_t fp_tensor_strides(int64_t tensor, int64_t* strides) {
  return guard([&] {
    In in(tensor);
    std::copy(in.ref().strides().begin(), in.ref().strides().end(), strides);
  });
}

int32_t fp_tensor_data(int64_t tensor, int64_t* address) {
  return guard([&] {
    In in(tensor);
    const at::Tensor& t = in.ref();
    TORCH_CHECK(
        !is_lazy(t), "the memory of this tensor does not hold its elements (they are conjugates, negatives or zeros of it); "
        "clone() makes a tensor that has them");
    *address = reinterpret_cast<int64_t>(t.data_ptr());
  });
}

int32_t fp_tensor_storage(int64_t tensor, int64_t* address, int64_t* bytes) {
  return guard([&] {
    In in(tensor);
    *address = reinterpret_cast<int64_t>(in.ref().storage().data());
    *bytes = static_cast<int64_t>(in.ref().storage().nbytes());
  });
}

int32_t fp_tensor_version(int64_t tensor, int64_t* out) {
  return guard([&] { *out = In(tensor).ref()._version(); });
}

int32_t fp_tensor_over(void* data, const int64_t* sizes, int64_t dim, int32_t dtype, fp_release_fn release_data,
                       int64_t id, int64_t* out) {
  return guard([&] {
    at::Tensor tensor = at::from_blob(
        data, as_ints(sizes, dim), [release_data, id](void*) { release_data(id); },
        at::TensorOptions().dtype(as_dtype(dtype)));
    *out = release(std::move(tensor));
  });
}

int32_t fp_tensor_item(int64_t tensor, int32_t* kind, int64_t* bits) {
  return guard([&] {
    at::Scalar value = In(tensor).ref().item();
    TORCH_CHECK_TYPE(!value.isComplex(), "item() of a complex tensor: take real() or imag() first");
    if (value.isFloatingPoint()) {
      double number = value.toDouble();
      *kind = 2;
      __builtin_memcpy(bits, &number, sizeof number);
    } else {
      *kind = value.isBoolean() ? 3 : 1;
      *bits = value.isBoolean() ? value.toBool() : value.toLong();
    }
  });
}

int32_t fp_tensor_set_data(int64_t tensor, int64_t data) {
  return guard([&] { In(tensor).ref().set_data(In(data).ref()); });
}
