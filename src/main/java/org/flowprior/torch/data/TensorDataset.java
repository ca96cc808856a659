package org.flowprior.torch.data;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Tensor;

/**
 * The rows of tensors: item i is the list of {@code tensor[i]} of each, as in PyTorch.
 *
 * @param tensors each {@code [size, …]}; they stay the caller's
 */
public record TensorDataset(List<Tensor> tensors) implements Dataset<List<Tensor>> {

    /** Throws {@link IllegalArgumentException} if there is no tensor, or if they differ in size. */
    public TensorDataset {
        if (tensors.isEmpty() || tensors.stream().anyMatch(t -> t.dim() == 0)
                || tensors.stream().mapToLong(t -> t.size(0)).distinct().count() > 1) {
            throw new IllegalArgumentException("the tensors of a data set have the same number of rows, not the shapes "
                    + tensors.stream().map(t -> Arrays.toString(t.shape())).toList());
        }
    }

    /** Makes a data set of rows; throws {@link IllegalArgumentException} as the other constructor does. */
    public TensorDataset(Tensor... tensors) {
        this(List.of(tensors));
    }

    @Override
    public List<Tensor> get(long index) {
        Objects.checkIndex(index, size());
        return tensors.stream().map(tensor -> tensor.get(index)).toList();
    }

    @Override
    public long size() {
        return tensors.getFirst().size(0);
    }

    @Override
    public Dataset<List<Tensor>> forWorkers(UnaryOperator<Tensor> share) {
        return new TensorDataset(tensors.stream().map(share).toList());
    }
}
