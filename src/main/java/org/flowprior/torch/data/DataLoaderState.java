package org.flowprior.torch.data;

import java.util.Arrays;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;

/**
 * The position of a {@link DataLoader}, from which it continues exactly.
 *
 * @param pass   finished passes
 * @param index  finished batches of this pass; items for a loader without batches
 * @param random state of the generator when this pass began; empty if none is known
 */
public record DataLoaderState(long pass, long index, byte... random) {

    /** The start. */
    public static final DataLoaderState START = new DataLoaderState(0, 0);

    private static final String POSITION = "position";
    private static final String RANDOM = "random";

    /** Throws {@link IllegalArgumentException} for negative numbers. */
    public DataLoaderState {
        if (pass < 0 || index < 0) {
            throw new IllegalArgumentException("a loader's position is not negative: pass " + pass + ", index "
                    + index);
        }
    }

    /** Returns the position as tensors for a file: int64 {@code position} [2] and uint8 {@code random} [n]. */
    public Map<String, Tensor> toTensors() {
        return Map.of(POSITION, Tensor.of(new long[] {pass, index}), RANDOM, Tensor.of(random));
    }

    /**
     * Returns the position that {@link #toTensors} wrote.
     *
     * @throws IllegalArgumentException if the tensors are not of a position
     */
    public static DataLoaderState ofTensors(Map<String, Tensor> tensors) {
        Tensor position = tensors.get(POSITION);
        Tensor random = tensors.get(RANDOM);
        if (position == null || random == null || position.numel() != 2 || random.dtype() != DType.UINT8) {
            throw new IllegalArgumentException("the state of a loader has position and random, not "
                    + tensors.keySet());
        }
        long[] numbers = position.toLongArray();
        return new DataLoaderState(numbers[0], numbers[1], random.toByteArray());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DataLoaderState state && pass == state.pass && index == state.index
                && Arrays.equals(random, state.random);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(random) + Long.hashCode(31 * pass + index);
    }
}
