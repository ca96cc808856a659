package org.flowprior.cli.forward;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.flowprior.config.RequestException;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Precision;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.TensorFiles;
import org.flowprior.torch.nn.Module;

/**
 * The inputs of a module: its weights' file, and the tensors of an input file by name, in one dtype on one device.
 *
 * @param weights   the file of {@code --weights}; null for a module without
 * @param file      the input file
 * @param dtype     of all tensors
 * @param device    of all tensors
 * @param precision in which modules compute
 * @param tensors   of the input file by name, as they are there
 * @param unused    names that the module has not read yet
 */
record ModuleInputs(Path weights, Path file, DType dtype, Device device, Precision precision,
        Map<String, Tensor> tensors, Set<String> unused) {

    /** Reads the input file. */
    static ModuleInputs read(Path weights, Path file, DType dtype, Device device, Precision precision) {
        Map<String, Tensor> tensors = TensorFiles.readAll(file);
        return new ModuleInputs(weights, file, dtype, device, precision, tensors, new TreeSet<>(tensors.keySet()));
    }

    /** Moves the module to the dtype and device of the tensors. Returns it. */
    <M extends Module> M place(M module) {
        module.to(dtype).to(device);
        return module;
    }

    /** Runs the op in the precision. Returns its result. */
    <R> R compute(Supplier<R> op) {
        return precision.compute(device, op);
    }

    /** Returns true if the input file has a tensor of that name. */
    boolean has(String name) {
        return tensors.containsKey(name);
    }

    /**
     * Returns the tensor of that name.
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

    /**
     * Returns the tensor of that name as int64, each number in [0, below).
     *
     * @param shape its sizes, -1 for any
     */
    Tensor wholeNumbers(String name, long below, long... shape) {
        Tensor numbers = get(name, shape);
        for (double number : numbers.toDoubleArray()) {
            if (number != Math.rint(number) || number < 0 || number >= below) {
                throw new RequestException(file + ": tensor '" + name + "' holds " + text(number)
                        + ", wanted are whole numbers of 0 to " + (below - 1));
            }
        }
        return numbers.to(DType.INT64);
    }

    /**
     * Returns the tensor of that name as int64, each row a permutation of the numbers from 0.
     *
     * @param length of a row
     */
    Tensor permutations(String name, long rows, long length) {
        Tensor numbers = wholeNumbers(name, length, rows, length);
        Tensor sorted = Torch.arange(length, DType.INT64, numbers.device()).expand(rows, length);
        if (!numbers.sort(1, false).values().equal(sorted)) {
            throw new RequestException(file + ": tensor '" + name + "' has a row that is no permutation of 0 to "
                    + (length - 1));
        }
        return numbers;
    }

    /** Returns a tensor's first size, which must not be 0. */
    long count(String name, Tensor tensor) {
        if (tensor.dim() == 0 || tensor.size(0) == 0) {
            throw new RequestException(file + ": tensor '" + name + "' has shape " + Arrays.toString(tensor.shape())
                    + ", wanted is one row at least");
        }
        return tensor.size(0);
    }

    /** Returns the tensor of that name in any shape. */
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

    /** Makes the exception for a tensor of the wrong shape. */
    RequestException wrongShape(String name, long[] actual, String wanted) {
        return new RequestException(file + ": tensor '" + name + "' has shape " + Arrays.toString(actual)
                + ", wanted is " + wanted);
    }

    private static String text(double number) {
        return number == Math.rint(number) ? "%.0f".formatted(number) : Double.toString(number);
    }
}
