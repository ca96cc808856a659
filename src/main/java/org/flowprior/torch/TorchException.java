package org.flowprior.torch;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.flowprior.torch.ffi.Shim;

/**
 * An error of libtorch. Its message is one line with the op's name, libtorch's text, and the shapes and dtypes of the
 * arguments. Each subclass is a kind of error that callers may handle.
 */
public class TorchException extends RuntimeException {

    // c10::Error itself stands for wrong shapes, wrong dtypes and missing memory; only its text tells which.
    private static final Pattern DTYPE = Pattern.compile("dtype|scalar type|ScalarType|can't be cast|"
            + "not implemented for|data type|floating point|complex|integral|Float|Long|Bool(?!ean mask)");
    private static final Pattern SHAPE = Pattern.compile("size|shape|dimension|numel|same number of|elements",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern NOT_SHAPE = Pattern.compile("dtype|scalar type", Pattern.CASE_INSENSITIVE);
    // These texts name the type and the shape of a tensor that is as it should be.
    private static final Pattern AUTOGRAD = Pattern.compile("modified by an inplace operation|in-place operation|"
            + "backward through the graph|does not require grad");
    private static final Pattern MEMORY = Pattern.compile("can't allocate memory|out of memory|not enough memory");

    private final String backtrace;

    TorchException(String message, String backtrace) {
        super(message);
        this.backtrace = backtrace;
    }

    /** libtorch's whole text with the C++ backtrace, or null if there is none. */
    public String backtrace() {
        return backtrace;
    }

    /** The exception of a failed call: its class follows the shim's status. */
    static RuntimeException of(CallFrame frame, int status, String op, Object... arguments) {
        Throwable thrown = frame.callbackFailure;
        frame.callbackFailure = null;
        if (status == 8) {
            thrown = thrown == null ? Callbacks.takeForeignFailure() : thrown;
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown != null) {
                return (RuntimeException) thrown;
            }
        }
        String text = lastError(frame, 0);
        String full = lastError(frame, 1);
        String message = op + ": " + text.strip().replaceAll("\\s*\\R\\s*", " ") + describe(arguments);
        return switch (MEMORY.matcher(text).find() ? 6 : status) {
            case 2 -> new IndexException(message, full);
            case 3 -> new DTypeException(message, full);
            case 4 -> new ShapeException(message, full);
            case 5 -> new NotImplementedException(message, full);
            case 6 -> new OutOfMemoryException(message + Collector.advice(frame), full);
            case 7 -> new LinearAlgebraException(message, full);
            default -> AUTOGRAD.matcher(text).find() ? new TorchException(message, full)
                    : SHAPE.matcher(text).find() && !NOT_SHAPE.matcher(text).find() ? new ShapeException(message, full)
                    : DTYPE.matcher(text).find() ? new DTypeException(message, full)
                    : new TorchException(message, full);
        };
    }

    private static String lastError(CallFrame f, int full) {
        Shim.fp_last_error(full, MemorySegment.NULL, 0, f.out());
        long length = f.number(0);
        MemorySegment buffer = f.take(length);
        Shim.fp_last_error(full, buffer, length, f.out());
        return CallFrame.utf8(buffer, length);
    }

    private static String describe(Object[] arguments) {
        return arguments.length == 0 ? "" : Arrays.stream(arguments).map(argument -> switch (argument) {
            case null -> "null";
            case Tensor t -> t.signature();
            case long[] a -> Arrays.toString(a);
            case double[] a -> Arrays.toString(a);
            case List<?> list when !list.isEmpty() && list.getFirst() instanceof Tensor t ->
                    list.size() + " tensors, the first " + t.signature();
            default -> argument.toString();
        }).collect(Collectors.joining(", ", " [", "]"));
    }
}
