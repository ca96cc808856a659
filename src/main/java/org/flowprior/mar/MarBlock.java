package org.flowprior.mar;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;

/** Attention, then an MLP, each after a norm and with a residual connection: the official {@code Block}. */
final class MarBlock extends Layer {

    private final LayerNorm norm1;
    private final MarAttention attention;
    private final LayerNorm norm2;
    private final FeedForward feedForward;

    /** Two linear layers with GELU between them. */
    private static final class FeedForward extends Module {

        private final Linear fc1;
        private final Linear fc2;
        private final double dropout;

        FeedForward(MarConfig config, Generator generator) {
            fc1 = register("fc1", new Linear(config.width(), config.hidden(), true, generator));
            fc2 = register("fc2", new Linear(config.hidden(), config.width(), true, generator));
            dropout = config.projectionDropout();
        }

        Tensor forward(Tensor x) {
            return fc1.forward(x).into(Functional::gelu).into(this::dropout).into(fc2::forward).into(this::dropout);
        }

        private Tensor dropout(Tensor x) {
            return Functional.dropout(x, dropout, isTraining());
        }
    }

    MarBlock(MarConfig config, Generator generator) {
        norm1 = register("norm1", new LayerNorm(config.width(), Mar.NORM_EPSILON, true));
        attention = register("attn", new MarAttention(config, generator));
        norm2 = register("norm2", new LayerNorm(config.width(), Mar.NORM_EPSILON, true));
        feedForward = register("mlp", new FeedForward(config, generator));
    }

    /** Maps x [B, T, D] to the same shape. */
    @Override
    public Tensor forward(Tensor x) {
        return norm1.forward(x).into(attention::forward).into(x::add).into(this::addFeedForward);
    }

    /**
     * Computes only some rows of {@link #forward(Tensor)}.
     *
     * @param x    [B, T, D]
     * @param rows [B, n] int64
     * @return [B, n, D]
     */
    Tensor forward(Tensor x, Tensor rows) {
        return Scope.returning(() -> {
            Tensor change = norm1.forward(x).into(all -> attention.forward(gather(all, rows), all));
            return gather(x, rows).add(change).into(this::addFeedForward);
        });
    }

    /** Returns the given rows [B, n] of x [B, T, D], [B, n, D]. */
    static Tensor gather(Tensor x, Tensor rows) {
        return Scope.returning(() -> x.gather(1, rows.unsqueeze(2).expand(-1, -1, x.size(2))));
    }

    private Tensor addFeedForward(Tensor x) {
        return norm2.forward(x).into(feedForward::forward).into(x::add);
    }
}
