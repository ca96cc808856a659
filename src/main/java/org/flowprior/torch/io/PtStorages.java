package org.flowprior.torch.io;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Tensor;

/**
 * The storages that a {@code .pt} file gets. One that several different tensors view is written whole, once. A tensor
 * that is alone on its storage is written without the rest of it. Complex tensors, of which a view may await
 * conjugation, and those of other devices than the CPU are written each for itself.
 */
final class PtStorages {

    /**
     * A storage of the file.
     *
     * @param elements what is written, in row-major order
     */
    record Stored(Tensor elements, long bytes) {}

    /** Where a tensor lies: key of its storage, first element, strides. */
    record Place(int key, long offset, long[] strides) {}

    /** The memory of a tensor; views of other types than the first are no sharers. */
    private record Memory(Device device, long address, DType dtype) {}

    private final Map<Memory, Set<Long>> viewers = new HashMap<>();
    private final Map<Long, Place> places = new LinkedHashMap<>();
    private final Map<Memory, Integer> shared = new HashMap<>();
    private final List<Stored> all = new ArrayList<>();

    private static Memory memory(Tensor tensor) {
        return new Memory(tensor.device(), tensor.storageAddress(), tensor.dtype());
    }

    /** Takes note of a tensor, before any is placed. */
    void add(Tensor tensor) {
        viewers.computeIfAbsent(memory(tensor), m -> new HashSet<>()).add(tensor.identity());
    }

    List<Stored> all() {
        return all;
    }

    /** The place of a tensor taken note of. */
    Place place(Tensor tensor) {
        Place known = places.get(tensor.identity());
        if (known == null) {
            known = isSharer(tensor) ? placeShared(tensor) : placeAlone(tensor);
            places.put(tensor.identity(), known);
        }
        return known;
    }

    private boolean isSharer(Tensor tensor) {
        return viewers.get(memory(tensor)).size() > 1 && tensor.numel() > 0 && !tensor.dtype().isComplex()
                && tensor.device().equals(Device.CPU);
    }

    private Place placeAlone(Tensor tensor) {
        all.add(new Stored(tensor, tensor.numel() * tensor.dtype().bytes()));
        return new Place(all.size() - 1, 0, Shapes.strides(tensor.shape()));
    }

    private Place placeShared(Tensor tensor) {
        int bytes = tensor.dtype().bytes();
        Integer key = shared.get(memory(tensor));
        if (key == null) {
            long elements = tensor.storageBytes() / bytes;
            Tensor whole = tensor.detach().asStrided(new long[] {elements}, new long[] {1}, 0);
            all.add(new Stored(whole, elements * bytes));
            key = all.size() - 1;
            shared.put(memory(tensor), key);
        }
        long start = tensor.detach().asStrided(new long[] {1}, 1).segment().address();
        return new Place(key, (start - tensor.storageAddress()) / bytes, tensor.strides());
    }
}
