package org.flowprior.torch.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Writes the elements of a tensor, of any strides and device, as bytes in row-major order, piece by piece. */
final class TensorBytes {

    /** Largest piece, and largest copy of a tensor that must be copied. */
    private static final long CHUNK = 16 << 20;

    /** Takes bytes. */
    interface Sink {
        void write(ByteBuffer bytes) throws IOException;
    }

    private TensorBytes() {}

    static void write(Tensor tensor, Sink sink) throws IOException {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            writeDetached(tensor.detach(), sink);
        }
    }

    private static void writeDetached(Tensor tensor, Sink sink) throws IOException {
        long bytes = tensor.numel() * tensor.dtype().bytes();
        if (bytes == 0) {
            return;
        }
        if (tensor.device().equals(Device.CPU) && tensor.isContiguous() && !isPerhapsLazy(tensor)) {
            writeSegment(tensor.segment(), sink);
        } else if (bytes <= CHUNK || tensor.dim() == 0) {
            try (Scope scope = Scope.open()) {
                Tensor copy = tensor.to(Device.CPU, tensor.dtype()).contiguous();
                writeSegment((isPerhapsLazy(copy) ? copy.clone() : copy).segment(), sink);
            }
        } else {
            writeRows(tensor, bytes, sink);
        }
    }

    /** Complex tensors may await conjugation; their imaginary parts, contiguous if single, may await a sign. */
    private static boolean isPerhapsLazy(Tensor tensor) {
        return tensor.dtype().isComplex() || tensor.numel() == 1;
    }

    private static void writeRows(Tensor tensor, long bytes, Sink sink) throws IOException {
        long rows = tensor.size(0);
        long step = Math.max(1, CHUNK / (bytes / rows));
        for (long row = 0; row < rows; row += step) {
            // A single row loses its dimension, so that the next call divides it along the next one.
            try (Tensor part = rows == 1 ? tensor.select(0, 0)
                    : tensor.narrow(0, row, Math.min(step, rows - row))) {
                writeDetached(part, sink);
            }
        }
    }

    private static void writeSegment(MemorySegment segment, Sink sink) throws IOException {
        for (long done = 0; done < segment.byteSize(); done += CHUNK) {
            sink.write(segment.asSlice(done, Math.min(CHUNK, segment.byteSize() - done)).asByteBuffer());
        }
    }
}
