// Pointers to autograd nodes: std::shared_ptr in older releases of libtorch, c10::intrusive_ptr in newer ones.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/function.h>

#include <memory>
#include <type_traits>
#include <utility>

namespace flowprior {

using NodePointer = std::decay_t<decltype(std::declval<const at::Tensor&>().grad_fn())>;

template <class T, class Pointer = NodePointer>
std::pair<T*, Pointer> make_node() {
  if constexpr (std::is_same_v<Pointer, std::shared_ptr<torch::autograd::Node>>) {
    auto* node = new T();
    return {node, Pointer(node, [](auto* ended) { deleteNode(ended); })}; // libtorch's own, which does not recurse
  } else {
    auto node = c10::make_intrusive<T>();
    return {node.get(), Pointer(std::move(node))};
  }
}

template <class T, class Pointer = NodePointer>
Pointer pointer_to(T* node) {
  if constexpr (std::is_same_v<Pointer, std::shared_ptr<torch::autograd::Node>>) {
    return node->shared_from_this();
  } else {
    return Pointer::unsafe_reclaim_from_nonowning(node);
  }
}

} // namespace flowprior
