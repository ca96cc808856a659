package org.flowprior.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.TensorFiles;
import org.flowprior.train.RequestException;

/** The tensors of an input file, by name, in one dtype on one device. */
final class ForwardInput {

    private final Path file;
    private final DType dtype;
    private final Device device;
    private final Map<String, Tensor> tensors;
    private final Set<String> unused;

    ForwardInput(Path file, DType dtype, Device device) {
        this.file = file;
        this.dtype = dtype;
        this.device = device;
        this.tensors = TensorFiles.readAll(file);
        this.unused = new TreeSet<>(tensors.keySet());
    }

    /** Names that the module has not asked for. */
    Set<String> unused() {
        return unused;
    }

    DType dtype() {
        return dtype;
    }

    Device device() {
        return device;
    }

    boolean has(String name) {
        return tensors.containsKey(name);
    }

    /**
     * The tensor of that name.
     *
     * @param shape its sizes, -1 for any
     */
    Tensor get(String name, long... shape) {
        Tensor tensor = anyShape(name);
        long[] actual = tensor.shape();
        boolean fits = actual.length == shape.length;
        for (int i = 0; fits && i < shape.length; i++) {
            fits = shape[i] < 0 || shape[i] == actual[i];
        }
        if (!fits) {
            throw wrongShape(name, actual, Arrays.stream(shape).mapToObj(n -> n < 0 ? "any" : Long.toString(n))
                    .collect(Collectors.joining(", ", "[", "]")));
        }
        return tensor;
    }

    /** The tensor of that name, of whatever shape. */
    Tensor anyShape(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new RequestException(file + ": no tensor '" + name + "'; it holds "
                    + (tensors.isEmpty() ? "none" : String.join(", ", tensors.keySet())));
        }
        unused.remove(name);
        if (tensor.dtype().isComplex()) {
            throw new RequestException(file + ": tensor '" + name + "' is " + tensor.dtype()
                    + ", real numbers are wanted");
        }
        return tensor.to(dtype, device);
    }

    RequestException wrongShape(String name, long[] actual, String wanted) {
        return new RequestException(file + ": tensor '" + name + "' has shape " + Arrays.toString(actual)
                + ", wanted is " + wanted);
    }
}
