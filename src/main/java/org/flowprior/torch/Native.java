package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.flowprior.torch.ffi.Shim;

/** Loads libtorch and the shim once, and makes sure that both sides mean the same by a dtype. */
final class Native {

    /** Writes a text and its length like {@code fp_version}. */
    interface TextCall {
        int call(MemorySegment buffer, long capacity, MemorySegment length);
    }

    static {
        NativeLibrary.load();
        Shim.fp_initialize();
        for (DType dtype : DType.values()) {
            String name = text((b, n, l) -> Shim.fp_dtype_name(dtype.code(), b, n, l));
            if (!name.equals(dtype.nativeName())) {
                throw new NativeLibraryException("libtorch calls dtype number " + dtype.code() + " " + name
                        + ", flowprior expects " + dtype.nativeName() + ": this libtorch is not one of 2.11 to 2.13",
                        null);
            }
        }
    }

    private Native() {}

    static void ensureInitialized() {
        // The work is the static initialiser's.
    }

    static String text(TextCall call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocate(JAVA_LONG);
            MemorySegment buffer = arena.allocate(1 << 16);
            int status = call.call(buffer, buffer.byteSize(), length);
            if (status != 0) {
                throw CallFrame.current().failure(status, "text");
            }
            int n = (int) Math.min(length.get(JAVA_LONG, 0), buffer.byteSize());
            return new String(buffer.asSlice(0, n).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }
}
