package org.flowprior.torch.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** The elements of a tensor as bytes in row-major order, piece by piece, whatever its strides and its device. */
final class TensorBytes {

    /** What a tensor that must be copied is copied in. */
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
        boolean plain = tensor.device().equals(Device.CPU) && tensor.isContiguous() && !isPerhapsLazy(tensor);
        if (plain) {
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

    /** Complex tensors may await conjugation, and their imaginary parts, contiguous when single, a sign. */
    private static boolean isPerhapsLazy(Tensor tensor) {
        return tensor.dtype().isComplex() || tensor.numel() == 1;
    }

    private static void writeRows(Tensor tensor, long bytes, Sink sink) throws IOException {
        long rows = tensor.size(0);
        if (rows == 1) {
            try (Tensor row = tensor.select(0, 0)) {
                writeDetached(row, sink);
            }
            return;
        }
        long step = Math.max(1, CHUNK / (bytes / rows));
        for (long row = 0; row < rows; row += step) {
            try (Tensor part = tensor.narrow(0, row, Math.min(step, rows - row))) {
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
