// The hand-written part of flowprior's C interface to libtorch; ops.h holds the generated part.
//
// Manners: fixed-width integers, doubles and pointers only. Every function returns 0, or the code of an error whose
// text fp_last_error gives on the same thread. Results are written through the last parameters. A handle is a
// TensorImpl*, GeneratorImpl* or module held as int64_t; handles passed in are borrowed, handles written out are new
// references. No function may be called from a virtual thread.
#pragma once

#include <stdint.h>

#if defined(__GNUC__)
#define FP_API __attribute__((visibility("default")))
#else
#define FP_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

// ---- runtime.cpp: errors, version, threads, memory -----------------------------------------------------------------

// The text of this thread's last error: one line, or with the C++ backtrace when full is not 0. Writes at most
// capacity bytes, not terminated, and the text's whole length.
FP_API int32_t fp_last_error(int32_t full, char* buffer, int64_t capacity, int64_t* length);
// Called once, before any other function: installs the counting allocator and the engine that serves checkpoints.
FP_API int32_t fp_initialize(void);
// Does nothing: the price of a call.
FP_API int32_t fp_nothing(void);
// TORCH_VERSION the shim was compiled with, and the name of dtype number code ("Float"), as text like fp_last_error.
FP_API int32_t fp_version(char* buffer, int64_t capacity, int64_t* length);
FP_API int32_t fp_dtype_name(int32_t code, char* buffer, int64_t capacity, int64_t* length);
// libtorch's description of its build and of its threads.
FP_API int32_t fp_build_info(char* buffer, int64_t capacity, int64_t* length);
FP_API int32_t fp_threads(int64_t* out);
// Threads inside an op; and between ops, which libtorch accepts once and only before the first parallel work.
FP_API int32_t fp_set_threads(int64_t threads);
FP_API int32_t fp_set_interop_threads(int64_t threads);
FP_API int32_t fp_manual_seed(int64_t seed);
FP_API int32_t fp_set_deterministic(int32_t enabled, int32_t warn_only);
FP_API int32_t fp_set_float32_matmul_precision(const char* precision);
// Bytes of tensor storage on the CPU: now, and at most since the last reset.
FP_API int32_t fp_cpu_memory(int64_t* now, int64_t* peak);
FP_API int32_t fp_cpu_memory_reset_peak(void);
// Called where memory is missing on the CPU; not 0: some was freed, and the allocation is tried once more.
typedef int32_t (*fp_collect_fn)(int64_t bytes);
FP_API int32_t fp_set_collector(fp_collect_fn collect);

// ---- tensor.cpp: storage, properties, lifetime ---------------------------------------------------------------------

typedef int32_t (*fp_release_fn)(int64_t id);

// Gives back count references.
FP_API int32_t fp_tensor_free(const int64_t* tensors, int64_t count);
// Gives back a list block, not the tensors in it.
FP_API int32_t fp_list_free(int64_t* block);
// Another reference to the same tensor.
FP_API int32_t fp_tensor_share(int64_t tensor, int64_t* out);
// Eight numbers: dim, dtype, device type, device index, numel, element size, contiguous, bits (1 requires grad,
// 2 leaf, 4 inference, 8 floating point, 16 complex, 32 elements that the memory does not hold as they are).
FP_API int32_t fp_tensor_info(int64_t tensor, int64_t* out);
// Writes dim numbers each.
FP_API int32_t fp_tensor_shape(int64_t tensor, int64_t* sizes);
FP_API int32_t fp_tensor_strides(int64_t tensor, int64_t* strides);
// The first element's address; valid while the tensor's storage lives. An error where the memory does not hold the
// elements as they are: conjugate and negative views, and zeros without memory.
FP_API int32_t fp_tensor_data(int64_t tensor, int64_t* address);
// The storage's address and size in bytes.
FP_API int32_t fp_tensor_storage(int64_t tensor, int64_t* address, int64_t* bytes);
FP_API int32_t fp_tensor_version(int64_t tensor, int64_t* out);
// A contiguous CPU tensor over foreign memory; release(id) is called once its storage is no longer used, from
// whichever thread drops it.
FP_API int32_t fp_tensor_over(void* data, const int64_t* sizes, int64_t dim, int32_t dtype, fp_release_fn release,
                              int64_t id, int64_t* out);
// The only element: kind (1 integer, 2 double, 3 boolean) and 64 bits. A complex element is an error.
FP_API int32_t fp_tensor_item(int64_t tensor, int32_t* kind, int64_t* bits);
FP_API int32_t fp_tensor_set_data(int64_t tensor, int64_t data);

// ---- autograd.cpp --------------------------------------------------------------------------------------------------

// Receives a new reference to the gradient; may write a new reference that replaces it. Not 0: the hook failed.
typedef int32_t (*fp_hook_fn)(int64_t id, int64_t gradient, int64_t* replacement);
// Receives new references to the inputs; runs the block again. Not 0: it failed.
typedef int32_t (*fp_recompute_fn)(int64_t id, int64_t* inputs, int64_t count);

FP_API int32_t fp_set_requires_grad(int64_t tensor, int32_t enabled);
FP_API int32_t fp_tensor_grad(int64_t tensor, int64_t* out);
FP_API int32_t fp_tensor_set_grad(int64_t tensor, int64_t gradient);
FP_API int32_t fp_retain_grad(int64_t tensor);
// The name of the node that made the tensor, empty for a leaf.
FP_API int32_t fp_grad_fn_name(int64_t tensor, char* buffer, int64_t capacity, int64_t* length);
// gradients: null, or one handle for each tensor, 0 for ones. inputs: null for all leaves.
FP_API int32_t fp_backward(const int64_t* tensors, int64_t count, const int64_t* gradients, int32_t retain_graph_given,
                           int32_t retain_graph, int32_t create_graph, const int64_t* inputs, int64_t input_count);
// Writes input_count handles, 0 for an unused input.
FP_API int32_t fp_grad(const int64_t* outputs, int64_t count, const int64_t* inputs, int64_t input_count,
                       const int64_t* gradients, int32_t retain_graph_given, int32_t retain_graph, int32_t create_graph,
                       int32_t allow_unused, int64_t* out);
FP_API int32_t fp_grad_mode(int32_t* out);
FP_API int32_t fp_set_grad_mode(int32_t enabled);
// The guard must be closed on the thread that opened it, in stack order.
FP_API int32_t fp_inference_mode_open(int32_t enabled, int64_t* guard);
FP_API int32_t fp_inference_mode_close(int64_t guard);
FP_API int32_t fp_inference_mode(int32_t* out);
FP_API int32_t fp_anomaly_mode(int32_t* enabled, int32_t* check_nan);
FP_API int32_t fp_set_anomaly_mode(int32_t enabled, int32_t check_nan);
FP_API int32_t fp_hook_add(int64_t tensor, fp_hook_fn hook, fp_release_fn release, int64_t id, int64_t* position);
FP_API int32_t fp_hook_remove(int64_t tensor, int64_t position);
// Between open and close, what autograd saves on this thread is dropped, and recomputed when it is needed. The
// checkpoint lives as long as the graph; release(id) tells its end.
FP_API int32_t fp_checkpoint_open(const int64_t* inputs, int64_t count, fp_recompute_fn recompute,
                                  fp_release_fn release, int64_t id, int64_t* checkpoint);
FP_API int32_t fp_checkpoint_close(int64_t checkpoint);

// ---- function.cpp: autograd functions of the user ------------------------------------------------------------------

// Receives the node, new references to the gradients of the outputs, 0 for none; writes new references to those of the
// inputs, 0 for none. Not 0: it failed.
typedef int32_t (*fp_function_fn)(int64_t id, int64_t node, int64_t* gradients, int64_t count, int64_t* results,
                                  int64_t result_count);
// Gives outputs that were computed without a record the history of the inputs: writes output_count handles. Lists of
// outputs that are not differentiable, and of inputs that were changed in place. release(id) tells the node's end.
FP_API int32_t fp_function_apply(const char* name, const int64_t* inputs, int64_t input_count, const int64_t* outputs,
                                 int64_t output_count, const int64_t* saved, int64_t saved_count,
                                 const int64_t* constants, int64_t constant_count, const int64_t* dirty,
                                 int64_t dirty_count, int32_t materialize, fp_function_fn backward,
                                 fp_release_fn release, int64_t id, int64_t* out);
// Writes the saved tensors, 0 for none; an error if one was changed in place, or if backward freed them.
FP_API int32_t fp_function_saved(int64_t node, int64_t* out);

// ---- transforms.cpp: forward-mode differentiation, batched evaluation ----------------------------------------------

FP_API int32_t fp_dual_open(int64_t* level);
FP_API int32_t fp_dual_close(int64_t level);
FP_API int32_t fp_dual_make(int64_t primal, int64_t tangent, int64_t level, int64_t* out);
// Writes the primal value and the tangent, 0 for none.
FP_API int32_t fp_dual_unpack(int64_t dual, int64_t level, int64_t* out);
// A level of functorch: vmap over batch (randomness 0 error, 1 same, 2 different), or gradients.
FP_API int32_t fp_vmap_open(int64_t batch, int32_t randomness, int64_t* level);
FP_API int32_t fp_grad_open(int64_t* level);
// Ends the innermost level.
FP_API int32_t fp_level_close(void);
FP_API int32_t fp_vmap_in(int64_t tensor, int64_t dim, int64_t level, int64_t* out);
FP_API int32_t fp_vmap_out(int64_t tensor, int64_t dim, int64_t level, int64_t batch, int64_t* out);
// A leaf of that level, and the value of one.
FP_API int32_t fp_grad_in(int64_t tensor, int64_t level, int64_t* out);
FP_API int32_t fp_grad_out(int64_t tensor, int64_t level, int64_t* out);

// ---- autocast.cpp --------------------------------------------------------------------------------------------------

FP_API int32_t fp_autocast(int32_t device_type, int32_t* enabled, int32_t* dtype, int32_t* cache_enabled);
FP_API int32_t fp_set_autocast(int32_t device_type, int32_t enabled, int32_t dtype, int32_t cache_enabled);
// Enters a nested region; leaving the outermost one clears the cache of cast weights.
FP_API int32_t fp_autocast_enter(void);
FP_API int32_t fp_autocast_leave(void);

// ---- generator.cpp -------------------------------------------------------------------------------------------------

FP_API int32_t fp_generator_new(int32_t device_type, int32_t device_index, int64_t* out);
FP_API int32_t fp_generator_default(int32_t device_type, int32_t device_index, int64_t* out);
FP_API int32_t fp_generator_free(int64_t generator);
FP_API int32_t fp_generator_set_seed(int64_t generator, int64_t seed);
FP_API int32_t fp_generator_seed(int64_t generator, int64_t* out);
FP_API int32_t fp_generator_state(int64_t generator, int64_t* out);
FP_API int32_t fp_generator_set_state(int64_t generator, int64_t state);

// ---- script.cpp: TorchScript modules -------------------------------------------------------------------------------

FP_API int32_t fp_script_load(const char* path, int32_t device_type, int32_t device_index, int64_t* out);
FP_API int32_t fp_script_free(int64_t module);
FP_API int32_t fp_script_save(int64_t module, const char* path);
// Tensors in; a tensor, or a flat tuple or list of tensors, out, as a list block.
FP_API int32_t fp_script_call(int64_t module, const char* method, const int64_t* inputs, int64_t count, int64_t** out,
                              int64_t* out_count);
FP_API int32_t fp_script_to(int64_t module, int32_t device_type, int32_t device_index, int32_t dtype_given,
                            int32_t dtype);
FP_API int32_t fp_script_train(int64_t module, int32_t training);
// A new module with parameters as constants; the module must be in evaluation mode.
FP_API int32_t fp_script_freeze(int64_t module, int64_t* out);
// Parameters and buffers: handles as a list block, and names joined by line feeds as text.
FP_API int32_t fp_script_state(int64_t module, int64_t** out, int64_t* out_count, char* names, int64_t capacity,
                               int64_t* length);

// ---- cuda.cpp ------------------------------------------------------------------------------------------------------

// Whether libtorch has CUDA kernels, and how many devices the driver shows; the text says why there are none.
FP_API int32_t fp_cuda(int32_t* compiled, int32_t* devices, char* reason, int64_t capacity, int64_t* length);
FP_API int32_t fp_cuda_synchronize(int32_t device_index);
FP_API int32_t fp_cuda_empty_cache(void);
// Bytes allocated now and at most since the last reset, and bytes reserved.
FP_API int32_t fp_cuda_memory(int32_t device_index, int64_t* now, int64_t* peak, int64_t* reserved);
FP_API int32_t fp_cuda_memory_reset_peak(int32_t device_index);

#ifdef __cplusplus
}
#endif
