"""Hand-written calls of linear algebra, layers, sampling and losses."""
import torch

from ops_numbers import call

F32, F64 = torch.float32, torch.float64


def pool(*size):
    """Kernel, stride, padding, dilation, ceil mode: equal in all dimensions, and different."""
    d = len(size)
    return lambda n: [call(n(1, *size), [2] * d), call(n(1, *size), [2] * d, [1] * d),
                      call(n(1, *size), [2] * d, [3] * d, [1] * d),
                      call(n(1, *size), [2] * d, [1] * d, [1] * d, [1] * d, True),
                      call(n(1, *size), list(range(2, 2 + d)), list(range(1, 1 + d)), [1] * d, [2] * d)]


def pad(*shape):
    d = len(shape)
    return lambda n: [call(n(1, *shape), [1] * 2 * d), call(n(1, *shape), ([1, 0, 0, 1, 1, 1])[:2 * d])]


def resize(*size, align=False):
    d = len(size)
    extra = (False,) if align else ()
    other = (True,) if align else ()
    return lambda n: [call(n(1, 1, *size), [s + 1 for s in size], *extra, None),
                      call(n(1, 1, *size), None, *other, [1.5, 2.0, 1.0][:d])]


def normalise(n):
    """With statistics of the batch and running ones updated; of the batch alone; with running ones alone."""
    x, c = n(2, 3, 4), 3
    running = (n(c), n.within(0.5, 2, c))
    return [call(x, n(c), n(c), *running, True, 0.3, 1e-3, False),
            call(x, None, None, None, None, True, 0.1, 1e-5, True),
            call(x, n(c), n(c), *running, False, 0.3, 1e-3, False)]


def transform(n):
    """Sizes and dimensions as lists, and as lists that one int stands for."""
    return [call(n(3, 4), [2, 3], [1, 0], "ortho"), call(n(3, 4), [4], [1], "ortho"),
            call(n(3, 4), [4], [0]), call(n(3, 4))]


def recurrent(gates, states):
    """Of one layer with biases, and of two directions without; the weights of a layer are in one list."""
    def weights(n, size, biases):
        return [n(gates * 2, size), n(gates * 2, 2)] + ([n(gates * 2), n(gates * 2)] if biases else [])

    def state(n, layers):
        return [n(layers, 2, 2) for _ in range(2)] if states == 2 else n(layers, 2, 2)
    return lambda n: [call(n(3, 2, 3), state(n, 1), weights(n, 3, True), True, 1, 0.0, False, False, False),
                      call(n(2, 3, 3), state(n, 2), weights(n, 3, False) + weights(n, 3, False), False, 1, 0.5, True,
                           True, True)]


def packed(gates, states):
    """The same with sequences of two lengths."""
    def calls(n):
        made = recurrent(gates, states)(n)
        sizes = torch.tensor([2, 2, 1])
        return [(([n(5, 3), sizes, *args[1:8]]), {}) for args, _ in made]
    return calls


def cell(gates, states):
    def calls(n):
        state = [n(2, 2), n(2, 2)] if states == 2 else n(2, 2)
        return [call(n(2, 3), state, n(gates * 2, 3), n(gates * 2, 2), n(gates * 2), n(gates * 2)),
                call(n(2, 3), state, n(gates * 2, 3), n(gates * 2, 2))]
    return calls


def ctc(lengths):
    return lambda n: [call(n(5, 2, 4).log_softmax(2), torch.tensor([[1, 2], [3, 3]]), lengths([5, 4]), lengths([2, 1])),
                      call(n(5, 2, 4).log_softmax(2), torch.tensor([[1, 2], [3, 0]]), lengths([5, 1]), lengths([2, 2]),
                           3, 2, True)]


LENGTHS = torch.tensor([3, 1])

SAMPLES = {
    "lstm.input": recurrent(4, 2), "lstm.data": packed(4, 2), "lstm_cell": cell(4, 2),
    "gru.input": recurrent(3, 1), "gru.data": packed(3, 1), "gru_cell": cell(3, 1),
    **{f"rnn_{f}.input": recurrent(1, 1) for f in ("tanh", "relu")},
    **{f"rnn_{f}.data": packed(1, 1) for f in ("tanh", "relu")},
    **{f"rnn_{f}_cell": cell(1, 1) for f in ("tanh", "relu")},
    "_pack_padded_sequence": lambda n: [call(n(3, 2, 2), LENGTHS, False), call(n(2, 3, 2), LENGTHS, True)],
    "_pad_packed_sequence": lambda n: [call(n(4, 2), torch.tensor([2, 1, 1]), False, 0.5, 4),
                                       call(n(4, 2), torch.tensor([2, 1, 1]), True, 2, -1)],
    "ctc_loss.IntList": ctc(list), "ctc_loss.Tensor": ctc(torch.tensor),
    "embedding_bag": lambda n: [
        call(n(4, 3), torch.tensor([0, 3, 1]), torch.tensor([0, 1])),
        call(n(4, 3), torch.tensor([0, 3, 1]), torch.tensor([0, 1]), False, 0, False, n(3)),
        call(n(4, 3), torch.tensor([0, 3, 3]), torch.tensor([0, 1, 3]), True, 1, False, None, True)],
    "feature_alpha_dropout": lambda n: [call(n(2, 3, 2), 0.5, True), call(n(2, 3, 2), 0.5, False)],
    **{f"fft_{name}": transform for name in ("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn")},
    "linalg_svd": lambda n: [call(n(3, 2), False), call(n(3, 2))],
    "linalg_qr": lambda n: [call(n(3, 2), "complete"), call(n(3, 2), "r"), call(n(3, 2))],
    "linalg_solve": lambda n: [call(n.definite(3), n(2, 3), left=False), call(n.definite(3), n(3))],
    "linalg_norm": lambda n: [call(n(2, 3), 1, [1], True, dtype=F64), call(n(2, 3), None, [0, 1]),
                              call(n(2, 3), 2.5, [0])],
    "linalg_norm.ord_str": lambda n: [call(n(2, 3), "nuc", [0, 1], True), call(n(2, 3, dtype=F32), "fro", dtype=F64)],
    "linalg_vector_norm": lambda n: [call(n(2, 3), 1.5, [1], True, dtype=F64), call(n(2, 3))],
    "linalg_matrix_norm": lambda n: [call(n(2, 2, 3), 1, [0, 2], True, dtype=F64)],
    "linalg_matrix_norm.str_ord": lambda n: [call(n(2, 2, 3), "fro", [0, 2], True, dtype=F64), call(n(2, 3))],
    "linalg_pinv.atol_rtol_tensor": lambda n: [
        call(n(3, 2), atol=torch.tensor(0.1, dtype=F64), rtol=torch.tensor(0.01, dtype=F64)),
        call(n.definite(2), hermitian=True)],
    "linalg_pinv.atol_rtol_float": lambda n: [call(n(3, 2), atol=0.1, rtol=0.01), call(n.definite(2), hermitian=True)],
    "linalg_pinv": lambda n: [call(n(3, 2), 0.01), call(n.definite(2), 0.01, True)],
    "linalg_lstsq": lambda n: [call(n(4, 2), n(4, 1)), call(n(4, 2), n(4, 1), 0.01, driver="gelsd")],
    "linalg_matrix_rank": lambda n: [call(n(3, 2), 0.01), call(n.definite(2), 0.5, True)],
    "linalg_matrix_rank.atol_rtol_tensor": lambda n: [
        call(n(3, 2), atol=torch.tensor(0.1, dtype=F64), rtol=torch.tensor(0.01, dtype=F64)),
        call(n.definite(2), hermitian=True)],
    "linalg_cond": lambda n: [call(n.definite(3), 1), call(n.definite(3)), call(n.definite(3), -2.0)],
    "linalg_cond.p_str": lambda n: [call(n.definite(3), "fro"), call(n.definite(2), "nuc")],
    "linalg_lu": lambda n: [call(n.definite(3), pivot=True)],
    "svd": lambda n: [call(n(3, 2)), call(n(3, 2), False), call(n(3, 2), True, False)],
    "trapezoid.dx": lambda n: [call(n(2, 3), dx=0.5, dim=0)],
    "cumulative_trapezoid.dx": lambda n: [call(n(2, 3), dx=0.5, dim=0)],
    "einsum": lambda n: [call("ij,jk->ik", [n(2, 3), n(3, 2)]),
                         call("ij,jk,kl->il", [n(2, 3), n(3, 2), n(2, 2)], path=[0, 1, 0, 1])],
    "tensordot": lambda n: [call(n(2, 3, 2), n(3, 2, 2), [1, 2], [0, 1]), call(n(2, 3), n(2, 3), [1], [1])],
    "cdist": lambda n: [call(n(3, 2), n(4, 2)), call(n(3, 2), n(4, 2), 1.0, 2), call(n(3, 2), n(4, 2), 2.0, 1)],
    "chain_matmul": lambda n: [call([n(2, 3), n(3, 2), n(2, 4)])],

    "leaky_relu": lambda n: [call(n(2, 3), 0.2), call(n(2, 3), 1)],
    "leaky_relu_": lambda n: [call(n(2, 3), 0.2)],
    "elu": lambda n: [call(n(2, 3), 1.5, 0.5, 2)],
    "elu_": lambda n: [call(n(2, 3), 1.5, 0.5, 2)],
    "celu": lambda n: [call(n(2, 3), 1.5)],
    "celu_": lambda n: [call(n(2, 3), 1.5)],
    "gelu": lambda n: [call(n(2, 3), approximate="tanh"), call(n(2, 3))],

    "conv3d": lambda n: [call(n(1, 2, 3, 3, 3), n(2, 1, 2, 2, 2), n(2), [1, 2, 1], [1, 0, 1], [1, 1, 1], 2),
                         call(n(1, 1, 3, 3, 3), n(1, 1, 2, 2, 2)),
                         call(n(1, 1, 4, 4, 4), n(1, 1, 2, 2, 2), None, [2] * 3, [1] * 3, [2] * 3)],
    "conv3d.padding": lambda n: [call(n(1, 2, 3, 3, 3), n(2, 1, 2, 2, 2), n(2), [1, 1, 1], "same", [1, 1, 1], 2),
                                 call(n(1, 1, 3, 3, 3), n(1, 1, 2, 2, 2), None, [2, 2, 2], "valid", [2, 2, 2])],
    "conv1d": lambda n: [call(n(1, 2, 6), n(2, 1, 2), n(2), [2], [1], [2], 2)],
    "conv2d": lambda n: [call(n(1, 2, 5, 5), n(2, 1, 2, 2), n(2), [1, 2], [1, 0], [2, 1], 2),
                         call(n(1, 1, 5, 5), n(1, 1, 2, 2), None, [2, 2], [1, 1], [2, 2])],
    "conv_transpose2d.input": lambda n: [
        call(n(1, 2, 3, 3), n(2, 1, 2, 2), n(2), [2, 2], [1, 1], [1, 1], 2, [2, 2]),
        call(n(1, 1, 3, 3), n(1, 2, 2, 2), None, [2, 3], [0, 1], [1, 0], 1, [1, 2])],
    "conv_transpose3d.input": lambda n: [
        call(n(1, 2, 2, 2, 2), n(2, 1, 2, 2, 2), n(2), [2, 2, 2], [1, 1, 1], [1, 1, 1], 2, [2, 2, 2]),
        call(n(1, 1, 2, 2, 2), n(1, 1, 2, 1, 2), None, [1, 2, 2], [0, 0, 1], [0, 1, 1])],
    "max_pool1d": pool(6),
    "max_pool2d": pool(6, 6),
    "max_pool3d": pool(5, 5, 6),
    "max_pool2d_with_indices": pool(6, 6),
    "avg_pool2d": lambda n: [call(n(1, 6, 6), [2, 2], [1, 1], [1, 1], True, False, 3), call(n(1, 6, 6), [2, 3])],
    "adaptive_avg_pool2d": lambda n: [call(n(1, 4, 5), [2, 2]), call(n(1, 4, 5), [2, 3])],
    "adaptive_avg_pool3d": lambda n: [call(n(1, 3, 4, 3), [2, 2, 2]), call(n(1, 3, 4, 3), [1, 2, 3])],
    "adaptive_max_pool1d": lambda n: [call(n(1, 5), [2])],
    "adaptive_max_pool2d": lambda n: [call(n(1, 4, 5), [2, 2]), call(n(1, 4, 5), [2, 3])],
    "batch_norm": normalise,
    "instance_norm": normalise,
    "group_norm": lambda n: [call(n(2, 4, 2), 2, n(4), n(4), 1e-3, False), call(n(2, 4, 2), 2)],
    "layer_norm": lambda n: [call(n(2, 3), [3], n(3), n(3), 1e-3, False), call(n(2, 3), [2, 3])],
    "native_batch_norm": lambda n: [call(n(2, 3, 2), n(3), n(3), n(3), n.within(0.5, 2, 3), True, 0.3, 1e-3),
                                    call(n(2, 3, 2), None, None, n(3), n.within(0.5, 2, 3), False, 0.1, 1e-5)],
    "embedding": lambda n: [call(n(4, 3), n.ints(0, 4, 2, 2)), call(n(4, 3), n.ints(0, 4, 3), 1, True),
                            call(n(4, 3), n.ints(0, 4, 3), sparse=True)],
    "dropout": lambda n: [call(n(4, 5), 0.4, True), call(n(2, 3), 0.4, False)],
    "feature_dropout": lambda n: [call(n(2, 4, 3), 0.4, True), call(n(2, 3, 1), 0.4, False)],
    "alpha_dropout": lambda n: [call(n(4, 5), 0.4, True), call(n(2, 3), 0.4, False)],
    "native_dropout": lambda n: [call(n(4, 5), 0.4, True), call(n(2, 3), 0.4, False), call(n(2, 3), 0.4, None)],
    "scaled_dot_product_attention": lambda n: [
        call(n(1, 2, 3, 4), n(1, 2, 3, 4), n(1, 2, 3, 4)),
        call(n(1, 2, 3, 4), n(1, 2, 5, 4), n(1, 2, 5, 4), n(3, 5), scale=0.7),
        call(n(1, 4, 3, 4), n(1, 2, 3, 4), n(1, 2, 3, 4), None, 0.0, True, enable_gqa=True),
        call(n(1, 2, 3, 4), n(1, 2, 3, 4), n(1, 2, 3, 4), None, 0.3),
        call(n(1, 2, 3, 4, dtype=F32), n(1, 2, 3, 4, dtype=F32), n(1, 2, 3, 4, dtype=F32),
             n.bools(3, 3) | torch.eye(3).bool())],

    "upsample_nearest1d.vec": resize(4),
    "upsample_nearest2d.vec": resize(3, 4),
    "upsample_nearest3d.vec": resize(2, 3, 2),
    "_upsample_nearest_exact2d.vec": resize(3, 4),
    "upsample_linear1d.vec": resize(4, align=True),
    "upsample_bilinear2d.vec": resize(3, 4, align=True),
    "upsample_bicubic2d.vec": resize(3, 4, align=True),
    "upsample_trilinear3d.vec": resize(2, 3, 2, align=True),
    "_upsample_bilinear2d_aa.vec": resize(3, 4, align=True),
    "_upsample_bicubic2d_aa.vec": resize(3, 4, align=True),
    "grid_sampler": lambda n: [call(n(1, 2, 3, 3), n.within(-1, 1, 1, 2, 2, 2), mode, padding, bool(padding))
                               for mode, padding in ((0, 0), (1, 1), (2, 2))],
    "affine_grid_generator": lambda n: [call(n(1, 2, 3), [1, 1, 2, 3], False), call(n(1, 3, 4), [1, 1, 2, 2, 2], True)],
    "pad": lambda n: [call(n(1, 2, 3), [1, 2]), call(n(1, 2, 3), [1, 1], "reflect"),
                      call(n(1, 2, 3), [2, 0], value=1.5)],
    "reflection_pad1d": pad(4),
    "reflection_pad2d": pad(3, 3),
    "replication_pad1d": pad(4),
    "replication_pad2d": pad(3, 3),
    "replication_pad3d": pad(2, 2, 2),
    "im2col": lambda n: [call(n(1, 2, 4, 4), [2, 2], [1, 1], [1, 1], [2, 2]),
                         call(n(1, 1, 4, 5), [2, 3], [1, 1], [0, 1], [1, 2])],
    "col2im": lambda n: [call(n(1, 8, 9), [4, 4], [2, 2], [1, 1], [1, 1], [2, 2]),
                         call(n(1, 6, 4), [3, 4], [2, 3], [1, 1], [0, 1], [1, 2])],

    "cross_entropy_loss": lambda n: [call(n(4, 3), n.ints(0, 3, 4)),
                                     call(n(4, 3), torch.tensor([0, 2, 1, 1]), n.within(0.5, 2, 3), 2, 1, 0.2)],
    "triplet_margin_loss": lambda n: [call(n(3, 4), n(3, 4), n(3, 4), 2.0, 3.0, 1e-3, True, 2)],
    "poisson_nll_loss": lambda n: [call(n(3, 2), n.within(0, 4, 3, 2), True, True, 1e-4, 2),
                                   call(n.within(0.5, 2, 3), n.within(0, 4, 3), False, False, 1e-4, 0)],
    "huber_loss": lambda n: [call(n(3, 2), n(3, 2)), call(n(3, 2), n(3, 2), 2, 0.5)],
    "smooth_l1_loss": lambda n: [call(n(3, 2), n(3, 2)), call(n(3, 2), n(3, 2), 0, 0.5)],
}
