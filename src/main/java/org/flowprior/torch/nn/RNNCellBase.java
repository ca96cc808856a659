package org.flowprior.torch.nn;

import java.util.List;
import java.util.function.BinaryOperator;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * What the cells share: one step of a recurrent network, with the keys {@code weight_ih}, {@code weight_hh},
 * {@code bias_ih} and {@code bias_hh}. Initial values are uniform in ±1/√hidden.
 */
abstract class RNNCellBase<S extends RNNCellBase<S>> extends TypedModule<S> {

    final Tensor weightIh;
    final Tensor weightHh;
    final Tensor biasIh;
    final Tensor biasHh;

    RNNCellBase(long input, long hidden, int gates, boolean bias, Generator generator) {
        weightIh = registerParameter("weight_ih", Torch.empty(gates * hidden, input));
        weightHh = registerParameter("weight_hh", Torch.empty(gates * hidden, hidden));
        biasIh = bias ? registerParameter("bias_ih", Torch.empty(gates * hidden)) : null;
        biasHh = bias ? registerParameter("bias_hh", Torch.empty(gates * hidden)) : null;
        double bound = 1 / Math.sqrt(hidden);
        parameters().forEach(weight -> Init.uniform_(weight, -bound, bound, generator));
    }

    final Tensor zeros(Tensor x) {
        long hidden = weightHh.size(1);
        return Torch.zeros(x.dim() == 1 ? new long[] {hidden} : new long[] {x.size(0), hidden}, x.dtype(), x.device());
    }

    /** One step for x [batch, input] or [input] from a state of as many dimensions. */
    final Tensor step(Tensor x, Tensor hidden, BinaryOperator<Tensor> op) {
        return hooked(List.of(x, hidden), in -> {
            if (in.get(0).dim() == 2) {
                return op.apply(in.get(0), in.get(1));
            }
            return Scope.returning(() -> op.apply(in.get(0).unsqueeze(0), in.get(1).unsqueeze(0)).squeeze(0));
        });
    }

    @Override
    protected String extraRepr() {
        return weightIh.size(1) + ", " + weightHh.size(1) + (biasIh == null ? ", bias=False" : "");
    }
}
