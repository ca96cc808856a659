package org.flowprior.flow;

import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.nn.SiLU;

/** Embeds times in [0, 1]: sinusoidal features, two linear layers and SiLU between them. Keys {@code mlp.0, mlp.2}. */
final class TimeEmbedding extends Module {

    static final int FREQUENCIES = 128;
    private static final double LONGEST_PERIOD = 10_000;
    private static final double WEIGHT_STD = 0.02;

    private final Linear first;
    private final Linear second;
    private final Sequential mlp;

    TimeEmbedding(long width, Generator generator) {
        first = new Linear(2 * FREQUENCIES, width, true, generator);
        second = new Linear(width, width, true, generator);
        mlp = register("mlp", new Sequential(first, new SiLU(), second));
    }

    void initialize(Generator generator) {
        for (Linear layer : List.of(first, second)) {
            Init.normal_(layer.weight(), 0, WEIGHT_STD, generator);
            Init.zeros_(layer.bias());
        }
    }

    /** {@code t}: [N]. Returns [N, width]. */
    Tensor forward(Tensor t) {
        return features(t, first.weight().dtype()).into(mlp::forward);
    }

    /**
     * Returns cos(t f_i), then sin(t f_i), for f_i = 10000^(-i/128). Computes in float64 for features in float64, else
     * in float32, also under autocast.
     *
     * @param t     [N]
     * @param dtype the dtype of the features
     * @return [N, 256]
     */
    static Tensor features(Tensor t, DType dtype) {
        DType exact = FlowPath.timeType(dtype);
        return Scope.returning(() -> {
            Tensor frequencies = Torch.arange(FREQUENCIES, exact, t.device())
                    .mul_(-Math.log(LONGEST_PERIOD)).div_(FREQUENCIES).exp_();
            Tensor angles = t.unsqueeze(1).to(exact).mul(frequencies);
            return Torch.cat(List.of(angles.cos(), angles.sin()), 1).to(dtype);
        });
    }
}
