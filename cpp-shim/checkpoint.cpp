#include "checkpoint.h"

#include <torch/csrc/autograd/saved_variable_hooks.h>

#include <ATen/core/grad_mode.h>
#include <memory>

#include "op_support.h"

namespace flowprior {
namespace {

struct Checkpoint {
  std::vector<at::Tensor> inputs;
  fp_recompute_fn recompute;
  fp_release_fn release;
  int64_t id;
  // Tensors saved by the first run, and those of the second run that have not been used yet.
  size_t saved = 0;
  std::vector<at::Tensor> recomputed;

  ~Checkpoint() { release(id); }
};

// The checkpoint that takes what autograd saves on this thread, innermost first; and whether it is the second run.
struct Region {
  std::shared_ptr<Checkpoint> checkpoint;
  bool second_run;
  Region* outer;
};
thread_local Region* region = nullptr;

void run_again(const std::shared_ptr<Checkpoint>& checkpoint) {
  checkpoint->recomputed.clear();
  std::vector<int64_t> inputs;
  for (const at::Tensor& input : checkpoint->inputs) {
    inputs.push_back(release(input));
  }
  Region second{checkpoint, true, region};
  region = &second;
  at::AutoGradMode grad_mode(true);
  int32_t status = checkpoint->recompute(checkpoint->id, inputs.data(), static_cast<int64_t>(inputs.size()));
  region = second.outer;
  if (status != 0) {
    throw CallbackError("the checkpointed block failed when it ran again");
  }
  TORCH_CHECK(
      checkpoint->recomputed.size() == checkpoint->saved, "checkpoint: the block saved ", checkpoint->saved,
      " tensors at first and ", checkpoint->recomputed.size(), " when it ran again; it must do the same both times");
}

struct PositionHooks final : torch::autograd::SavedVariableHooks {
  explicit PositionHooks(const Region& r) : checkpoint(r.checkpoint), second_run(r.second_run) {}

  void call_pack_hook(const at::Tensor& tensor) override {
    if (second_run) {
      position = checkpoint->recomputed.size();
      checkpoint->recomputed.push_back(tensor.detach());
    } else {
      position = checkpoint->saved++;
    }
  }

  at::Tensor call_unpack_hook() override {
    if (position >= checkpoint->recomputed.size() || !checkpoint->recomputed[position].defined()) {
      run_again(checkpoint);
    }
    // Each saved tensor is used once a backward: let go of it early.
    return std::move(checkpoint->recomputed[position]);
  }

  std::shared_ptr<Checkpoint> checkpoint;
  bool second_run;
  size_t position = 0;
};

struct CheckpointEngine final : torch::autograd::Engine {
  std::unique_ptr<torch::autograd::SavedVariableHooks> get_default_saved_variable_hooks() override {
    return region == nullptr ? nullptr : std::make_unique<PositionHooks>(*region);
  }
};

} // namespace

torch::autograd::Engine& checkpoint_engine() {
  // Never destroyed: its device threads outlive static destruction.
  static auto* engine = new CheckpointEngine();
  return *engine;
}

} // namespace flowprior

using namespace flowprior;

int32_t fp_checkpoint_open(const int64_t* inputs, int64_t count, fp_recompute_fn recompute, fp_release_fn release_block,
                           int64_t id, int64_t* checkpoint) {
  return guard([&] {
    auto made = std::make_shared<Checkpoint>();
    made->inputs = as_tensors(inputs, count);
    made->recompute = recompute;
    made->release = release_block;
    made->id = id;
    region = new Region{std::move(made), false, region};
    *checkpoint = reinterpret_cast<int64_t>(region);
  });
}

int32_t fp_checkpoint_close(int64_t checkpoint) {
  return guard([&] {
    auto* closing = reinterpret_cast<Region*>(checkpoint);
    TORCH_CHECK(closing == region, "checkpoints must be closed in the order opposite to their opening");
    region = closing->outer;
    delete closing;
  });
}
