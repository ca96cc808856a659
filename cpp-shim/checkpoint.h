// Activation checkpointing without re-entering backward: what autograd saves is replaced by its position, and the
// block runs again, once, when the first position is asked for.
#pragma once

#include <torch/csrc/autograd/engine.h>

namespace flowprior {

// libtorch asks its engine for the default hooks of saved tensors; Python installs an engine of its own there, and so
// do we. Off a checkpoint it gives none.
torch::autograd::Engine& checkpoint_engine();

} // namespace flowprior
