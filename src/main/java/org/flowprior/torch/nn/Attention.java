package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** One computation of attention, after the projections; its tensors belong to the caller's scope. */
final class Attention {

    private final long heads;
    private final long batch;
    private Tensor query;
    private Tensor key;
    private Tensor value;
    private Tensor mask;
    private Tensor weights;
    private long added;

    Attention(long heads, long batch) {
        this.heads = heads;
        this.batch = batch;
    }

    /** Takes query, key and value, [time, batch, size], and adds a learned key and value, and zeros. */
    void add(List<Tensor> projected, Tensor biasK, Tensor biasV, boolean zeros) {
        query = split(projected.get(0));
        key = split(withRow(projected.get(1), biasK));
        value = split(withRow(projected.get(2), biasV));
        added = biasK == null ? 0 : 1;
        if (zeros) {
            key = Functional.pad(key, new long[] {0, 0, 0, 1});
            value = Functional.pad(value, new long[] {0, 0, 0, 1});
            added++;
        }
    }

    private Tensor withRow(Tensor x, Tensor row) {
        return row == null ? x : Torch.cat(List.of(x, row.repeat(1, batch, 1)), 0);
    }

    /** [time, batch, size] to [batch, heads, time, size / heads]. */
    private Tensor split(Tensor x) {
        return x.unflatten(2, heads, x.size(2) / heads).permute(1, 2, 0, 3);
    }

    /** Takes the masks; what was added to the keys stays visible. */
    void mask(Tensor attnMask, Tensor keyPaddingMask) {
        if (attnMask != null) {
            Tensor summand = summand(attnMask, "attnMask", query.size(2));
            mask = attnMask.dim() == 3 ? summand.unflatten(0, batch, heads) : summand;
        }
        if (keyPaddingMask != null) {
            Tensor padding = summand(keyPaddingMask, "keyPaddingMask", batch).unsqueeze(1).unsqueeze(1);
            mask = mask == null ? padding : mask.add(padding);
        }
    }

    private Tensor summand(Tensor given, String name, long rows) {
        if (given.size(given.dim() - 1) != key.size(2) - added || given.size(given.dim() - 2) != rows) {
            throw new IllegalArgumentException(name + " " + given.signature() + " does not fit " + rows + " rows of "
                    + (key.size(2) - added) + " keys");
        }
        Tensor floats = given.dtype() == DType.BOOL
                ? Torch.zeros(given.shape(), query.dtype(), query.device()).maskedFill(given, Double.NEGATIVE_INFINITY)
                : given;
        return added == 0 ? floats : Functional.pad(floats, new long[] {0, added});
    }

    /** Returns the values that the queries see, [time, batch, size]. */
    Tensor attend(boolean needWeights, double dropout) {
        Tensor seen;
        if (needWeights) {
            Tensor scores = query.mul(Math.sqrt(1.0 / query.size(3))).matmul(key.transpose(2, 3));
            weights = (mask == null ? scores : scores.add(mask)).softmax(-1);
            weights = dropout > 0 ? Functional.dropout(weights, dropout, true) : weights;
            seen = weights.matmul(value);
        } else {
            seen = Functional.scaledDotProductAttention(query, key, value, mask, dropout, false);
        }
        return seen.permute(2, 0, 1, 3).flatten(2);
    }

    /** The weights of the last {@link #attend}, [batch, heads, target, source]. */
    Tensor weights() {
        return weights;
    }
}
