// What every body of the shim is made of: the guard, and the conversions between C and ATen.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/List.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/Reduction.h>
#include <c10/core/Device.h>
#include <c10/core/MemoryFormat.h>
#include <c10/core/Scalar.h>
#include <c10/core/ScalarType.h>
#include <c10/core/SymIntArrayRef.h>
#include <c10/util/Exception.h>
#include <c10/util/OptionalArrayRef.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "compat.h"
#include "flowprior.h"

namespace flowprior {

// Runs on the failing path only; stores the text of the exception in flight and gives its code.
int32_t store_error() noexcept;

// The one way into libtorch: no exception passes it.
template <class Body>
int32_t guard(Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (...) {
    return store_error();
  }
}

// Thrown where a Java callback failed: the Java side keeps the exception and throws it again.
struct CallbackError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Takes over the caller's reference.
inline at::Tensor owned(int64_t handle) {
  return handle == 0 ? at::Tensor()
                     : at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(
                           reinterpret_cast<at::TensorImpl*>(handle)));
}

// A tensor borrowed from the caller for one call: no reference count is touched.
class In {
 public:
  explicit In(int64_t handle) : tensor_(owned(handle)) {}
  ~In() { tensor_.unsafeReleaseTensorImpl(); }
  In(const In&) = delete;
  In& operator=(const In&) = delete;
  at::Tensor& ref() { return tensor_; }

 private:
  at::Tensor tensor_;
};

// A reference of its own.
inline at::Tensor shared(int64_t handle) {
  return handle == 0 ? at::Tensor()
                     : at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::unsafe_reclaim_from_nonowning(
                           reinterpret_cast<at::TensorImpl*>(handle)));
}

// Hands the reference to the caller; undefined becomes 0.
inline int64_t release(at::Tensor tensor) {
  return tensor.defined() ? reinterpret_cast<int64_t>(tensor.unsafeReleaseTensorImpl()) : 0;
}

inline std::vector<at::Tensor> as_tensors(const int64_t* handles, int64_t count) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(count);
  for (int64_t i = 0; i < count; i++) {
    tensors.push_back(shared(handles[i]));
  }
  return tensors;
}

inline std::optional<at::Tensor> as_optional_tensor(int64_t handle) {
  return handle == 0 ? std::nullopt : std::optional<at::Tensor>(shared(handle));
}

inline c10::List<std::optional<at::Tensor>> as_optional_tensors(const int64_t* handles, int64_t count) {
  c10::List<std::optional<at::Tensor>> tensors;
  tensors.reserve(count);
  for (int64_t i = 0; i < count; i++) {
    tensors.push_back(as_optional_tensor(handles[i]));
  }
  return tensors;
}

inline std::optional<at::Scalar> as_optional_scalar(int32_t kind, int64_t bits) {
  if (kind == 0) {
    return std::nullopt;
  }
  if (kind == 1) {
    return at::Scalar(bits);
  }
  double value;
  static_assert(sizeof value == sizeof bits);
  __builtin_memcpy(&value, &bits, sizeof value);
  return at::Scalar(value);
}

inline at::Scalar as_scalar(int32_t kind, int64_t bits) {
  return as_optional_scalar(kind, bits).value();
}

inline std::vector<at::Scalar> as_scalars(const int32_t* kinds, const int64_t* bits, int64_t count) {
  std::vector<at::Scalar> scalars;
  scalars.reserve(count);
  for (int64_t i = 0; i < count; i++) {
    scalars.push_back(as_scalar(kinds[i], bits[i]));
  }
  return scalars;
}

template <class T>
std::optional<T> as_given(int32_t given, T value) {
  return given == 0 ? std::nullopt : std::optional<T>(value);
}

inline at::IntArrayRef as_ints(const int64_t* values, int64_t count) {
  return at::IntArrayRef(values, count);
}

inline at::OptionalIntArrayRef as_optional_ints(const int64_t* values, int64_t count) {
  return values == nullptr ? at::OptionalIntArrayRef() : at::OptionalIntArrayRef(as_ints(values, count));
}

inline c10::SymIntArrayRef as_sym_ints(const int64_t* values, int64_t count) {
  return c10::fromIntArrayRefSlow(as_ints(values, count));
}

inline at::OptionalSymIntArrayRef as_optional_sym_ints(const int64_t* values, int64_t count) {
  return values == nullptr ? at::OptionalSymIntArrayRef() : at::OptionalSymIntArrayRef(as_sym_ints(values, count));
}

inline std::optional<at::ArrayRef<double>> as_optional_doubles(const double* values, int64_t count) {
  return values == nullptr ? std::nullopt : std::optional<at::ArrayRef<double>>(at::ArrayRef<double>(values, count));
}

inline at::ScalarType as_dtype(int32_t code) {
  return static_cast<at::ScalarType>(code);
}

inline at::MemoryFormat as_memory_format(int32_t code) {
  return static_cast<at::MemoryFormat>(code);
}

inline at::Device as_device(int32_t type, int32_t index) {
  return at::Device(static_cast<at::DeviceType>(type), static_cast<at::DeviceIndex>(index));
}

inline std::optional<std::string_view> as_optional_string(const char* text) {
  return text == nullptr ? std::nullopt : std::optional<std::string_view>(text);
}

inline std::optional<at::Generator> as_generator(int64_t handle) {
  return handle == 0 ? std::nullopt
                     : std::optional<at::Generator>(at::Generator(
                           c10::intrusive_ptr<at::GeneratorImpl>::unsafe_reclaim_from_nonowning(
                               reinterpret_cast<at::GeneratorImpl*>(handle))));
}

template <class... T>
void store_all(std::tuple<T...>&& results, int64_t* out) {
  std::apply([&](auto&&... tensor) { ((*out++ = release(std::move(tensor))), ...); }, std::move(results));
}

inline void store_list(std::vector<at::Tensor>&& tensors, int64_t** out, int64_t* out_count) {
  auto* block = static_cast<int64_t*>(std::malloc((tensors.size() + 1) * sizeof(int64_t)));
  if (block == nullptr) {
    throw std::bad_alloc();
  }
  for (size_t i = 0; i < tensors.size(); i++) {
    block[i] = release(std::move(tensors[i]));
  }
  *out = block;
  *out_count = static_cast<int64_t>(tensors.size());
}

// Writes what fits of a text, and its whole length.
inline void store_text(std::string_view text, char* buffer, int64_t capacity, int64_t* length) {
  if (capacity > 0) {
    __builtin_memcpy(buffer, text.data(), std::min<size_t>(text.size(), static_cast<size_t>(capacity)));
  }
  *length = static_cast<int64_t>(text.size());
}

} // namespace flowprior
