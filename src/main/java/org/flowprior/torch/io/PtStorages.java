package org.flowprior.torch.io;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Tensor;

/**
 * Decides which storages a {@code .pt} file has. A storage that several different tensors view is written whole, once.
 * A tensor that is alone on its storage is written without the rest of it. Complex tensors, of which a view may await
 * conjugation, and tensors on other devices than the CPU get a storage each.
 */
final class PtStorages {

    /** A storage of the file: a tensor whose elements are written in row-major order. */
    record Stored(Tensor elements, long bytes) {}

    /** The place of a tensor: key of its storage, first element, strides. */
    record Place(int key, long offset, long[] strides) {}

    /** The memory of a tensor; views of different types do not share it. */
    private record Memory(Device device, long address, DType dtype) {}

    private final Map<Memory, Set<Long>> viewers = new HashMap<>();
    private final Map<Long, Place> places = new HashMap<>();
    private final Map<Memory, Integer> shared = new HashMap<>();
    private final List<Stored> all = new ArrayList<>();

    private static Memory memory(Tensor tensor) {
        return new Memory(tensor.device(), tensor.storageAddress(), tensor.dtype());
    }

    /** Registers a tensor, before any is placed. */
    void add(Tensor tensor) {
        viewers.computeIfAbsent(memory(tensor), m -> new HashSet<>()).add(tensor.identity());
    }

    List<Stored> all() {
        return all;
    }

    /** Returns the place of a registered tensor. */
    Place place(Tensor tensor) {
        return places.computeIfAbsent(tensor.identity(), id -> {
            boolean shares = viewers.get(memory(tensor)).size() > 1 && tensor.numel() > 0
                    && !tensor.dtype().isComplex() && tensor.device().equals(Device.CPU);
            return shares ? placeShared(tensor) : placeAlone(tensor);
        });
    }

    private Place placeAlone(Tensor tensor) {
        all.add(new Stored(tensor, tensor.numel() * tensor.dtype().bytes()));
        return new Place(all.size() - 1, 0, Shapes.strides(tensor.shape()));
    }

    private Place placeShared(Tensor tensor) {
        int bytes = tensor.dtype().bytes();
        int key = shared.computeIfAbsent(memory(tensor), m -> {
            long elements = tensor.storageBytes() / bytes;
            Tensor whole = tensor.detach().asStrided(new long[] {elements}, new long[] {1}, 0);
            all.add(new Stored(whole, elements * bytes));
            return all.size() - 1;
        });
        long start = tensor.detach().asStrided(new long[] {1}, 1).segment().address();
        return new Place(key, (start - tensor.storageAddress()) / bytes, tensor.strides());
    }
}
