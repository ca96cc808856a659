package org.flowprior.flow;

import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.nn.SiLU;

/** Embeds times in [0, 1]: sinusoidal features, then two linear layers with SiLU between. Keys {@code mlp.0, mlp.2}. */
final class TimeEmbedding extends Module {

    static final int FREQUENCIES = 128;
    private static final double LONGEST_PERIOD = 10_000;
    private static final double WEIGHT_STD = 0.02;

    private final Linear first;
    private final Linear second;

    TimeEmbedding(long width, Generator generator) {
        first = new Linear(2 * FREQUENCIES, width, true, generator);
        second = new Linear(width, width, true, generator);
        register("mlp", new Sequential(first, new SiLU(), second));
    }

    void initialize(Generator generator) {
        for (Linear layer : List.of(first, second)) {
            Init.normal_(layer.weight(), 0, WEIGHT_STD, generator);
            Init.zeros_(layer.bias());
        }
    }

    /** {@code t}: [N]. Gives [N, width]. */
    Tensor forward(Tensor t) {
        DType dtype = first.weight().dtype();
        Tensor hidden;
        try (Tensor features = features(t, dtype); Tensor linear = first.forward(features)) {
            hidden = Functional.silu(linear);
        }
        try (hidden) {
            return second.forward(hidden);
        }
    }

    /**
     * cos(t f_i), then sin(t f_i), for f_i = 10000^(-i/128). Computed in float32 also where autocast or the weights are
     * shorter, in float64 where the weights are.
     *
     * @param t     [N]
     * @param dtype the dtype of the features
     * @return [N, 256]
     */
    static Tensor features(Tensor t, DType dtype) {
        DType exact = dtype == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        Device device = t.device();
        try (Tensor frequencies = Torch.arange(FREQUENCIES, exact, device);
                Tensor column = t.unsqueeze(1);
                Tensor wide = column.to(exact)) {
            frequencies.mul_(-Math.log(LONGEST_PERIOD)).div_(FREQUENCIES).exp_();
            try (Tensor angles = wide.mul(frequencies); Tensor cos = angles.cos(); Tensor sin = angles.sin();
                    Tensor both = Torch.cat(List.of(cos, sin), 1)) {
                return both.to(dtype);
            }
        }
    }
}
