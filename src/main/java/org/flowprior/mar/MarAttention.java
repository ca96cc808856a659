package org.flowprior.mar;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Linear;

/** Multi-head self-attention, with or without normalised queries and keys. */
final class MarAttention extends Layer {

    private static final double NORM_EPSILON = 1e-5;

    private final int heads;
    private final long width;
    private final double attentionDropout;
    private final double projectionDropout;
    private final Linear qkv;
    private final LayerNorm queryNorm;
    private final LayerNorm keyNorm;
    private final Linear proj;

    MarAttention(MarConfig config, Generator generator) {
        heads = config.heads();
        width = config.width();
        attentionDropout = config.attentionDropout();
        projectionDropout = config.projectionDropout();
        qkv = register("qkv", new Linear(width, 3 * width, true, generator));
        queryNorm = config.qkNorm() ? register("q_norm", new LayerNorm(width / heads, NORM_EPSILON, true)) : null;
        keyNorm = config.qkNorm() ? register("k_norm", new LayerNorm(width / heads, NORM_EPSILON, true)) : null;
        proj = register("proj", new Linear(width, width, true, generator));
    }

    /** Maps x [B, T, D] to the same shape. */
    @Override
    public Tensor forward(Tensor x) {
        return qkv.forward(x).into(this::attend).into(this::project);
    }

    /** Computes only the rows of the readers [B, n, D], which are rows of x [B, T, D], to [B, n, D]. */
    Tensor forward(Tensor readers, Tensor x) {
        return Scope.returning(() -> {
            Tensor queries = heads(part(readers, 0, 1), 1);
            Tensor others = heads(part(x, 1, 2), 2);
            return attend(queries.select(0, 0), others.select(0, 0), others.select(0, 1));
        }).into(this::project);
    }

    private Tensor part(Tensor x, long from, long count) {
        return Functional.linear(x, qkv.weight().narrow(0, from * width, count * width),
                qkv.bias().narrow(0, from * width, count * width));
    }

    /** Maps [B, T, parts D] to [parts, B, heads, T, D / heads]. */
    private Tensor heads(Tensor projected, long parts) {
        return projected.unflatten(-1, parts, heads, -1).permute(2, 0, 3, 1, 4);
    }

    private Tensor attend(Tensor projected) {
        return Scope.returning(() -> {
            Tensor parts = heads(projected, 3);
            return attend(parts.select(0, 0), parts.select(0, 1), parts.select(0, 2));
        });
    }

    private Tensor attend(Tensor query, Tensor key, Tensor value) {
        Tensor q = queryNorm == null ? query : queryNorm.forward(query);
        Tensor k = keyNorm == null ? key : keyNorm.forward(key);
        return Functional.scaledDotProductAttention(q, k, value, null, isTraining() ? attentionDropout : 0)
                .transpose(1, 2).flatten(2);
    }

    private Tensor project(Tensor attended) {
        return proj.forward(attended).into(x -> Functional.dropout(x, projectionDropout, isTraining()));
    }
}
