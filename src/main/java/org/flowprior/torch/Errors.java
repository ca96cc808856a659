package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.flowprior.torch.ffi.Shim;

/** Turns a failed call into an exception: the kind from the shim's code, the text with the arguments behind it. */
final class Errors {

    // Plain c10::Error covers shapes, dtypes and memory alike; only its words tell them apart.
    private static final Pattern DTYPE = Pattern.compile("dtype|scalar type|ScalarType|can't be cast|"
            + "not implemented for|data type|floating point|complex|integral|Float|Long|Bool(?!ean mask)");
    private static final Pattern MEMORY = Pattern.compile("can't allocate memory|out of memory|not enough memory");

    private Errors() {}

    static RuntimeException of(CallFrame frame, int status, String op, Object... arguments) {
        Throwable thrown = frame.callbackFailure;
        frame.callbackFailure = null;
        if (status == 8 && thrown == null) {
            thrown = Callbacks.takeForeignFailure();
        }
        if (status == 8 && thrown != null) {
            if (thrown instanceof Error error) {
                throw error;
            }
            return (RuntimeException) thrown;
        }
        String text = text(frame, 0);
        String full = text(frame, 1);
        String message = op + ": " + text.strip().replaceAll("\\s*\\R\\s*", " ") + describe(arguments);
        if (MEMORY.matcher(text).find()) {
            return new OutOfMemoryException(message, full);
        }
        return switch (status) {
            case 2 -> new IndexException(message, full);
            case 3 -> new DTypeException(message, full);
            case 4 -> new ShapeException(message, full);
            case 5 -> new NotImplementedException(message, full);
            case 6 -> new OutOfMemoryException(message, full);
            case 7 -> new LinearAlgebraException(message, full);
            default -> isAboutShapes(text) ? new ShapeException(message, full)
                    : DTYPE.matcher(text).find() ? new DTypeException(message, full)
                    : new TorchException(message, full);
        };
    }

    private static boolean isAboutShapes(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return !lower.contains("dtype") && !lower.contains("scalar type") && (lower.contains("size")
                || lower.contains("shape") || lower.contains("dimension") || lower.contains("numel")
                || lower.contains("same number of") || lower.contains("elements"));
    }

    private static String text(CallFrame f, int full) {
        Shim.fp_last_error(full, MemorySegment.NULL, 0, f.out());
        long length = f.number(0);
        MemorySegment buffer = f.take(length);
        Shim.fp_last_error(full, buffer, length, f.out());
        return new String(buffer.toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private static String describe(Object[] arguments) {
        if (arguments.length == 0) {
            return "";
        }
        StringJoiner out = new StringJoiner(", ", " [", "]");
        for (Object argument : arguments) {
            out.add(switch (argument) {
                case null -> "null";
                case Tensor t -> t.signature();
                case long[] a -> Arrays.toString(a);
                case double[] a -> Arrays.toString(a);
                case java.util.List<?> list when !list.isEmpty() && list.get(0) instanceof Tensor t ->
                        list.size() + " tensors, the first " + t.signature();
                default -> argument.toString();
            });
        }
        return out.toString();
    }
}
