package org.flowprior.torch.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Writes an object as {@code torch.save} does: a pickle of protocol 2 and storages in a zip file. */
final class PtWriter {

    private static final String FOLDER = "archive/";

    private final Path file;
    private final Storages storages = new Storages();
    private final PickleOutput pickle = new PickleOutput();
    private final Set<Object> open = Collections.newSetFromMap(new IdentityHashMap<>());

    private PtWriter(Path file) {
        this.file = file;
    }

    static void write(Path file, Object object) {
        write(file, object, 0xffffffffL);
    }

    /** Writes zip64 records for sizes and offsets from {@code zip64} bytes on. */
    static void write(Path file, Object object, long zip64) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            PtWriter writer = new PtWriter(file);
            writer.forEachTensor(object, "");
            writer.put(object);
            byte[] bytes = writer.pickle.finish();
            AtomicFiles.writeChannel(file, channel -> writer.writeZip(channel, bytes, zip64));
        }
    }

    private void writeZip(FileChannel channel, byte[] bytes, long zip64) throws IOException {
        ZipWriter zip = new ZipWriter(channel, zip64);
        zip.add(FOLDER + "data.pkl", bytes);
        zip.add(FOLDER + "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        List<Storages.Stored> stored = storages.all();
        for (int key = 0; key < stored.size(); key++) {
            Storages.Stored storage = stored.get(key);
            zip.add(FOLDER + "data/" + key, storage.bytes(), sink -> TensorBytes.write(storage.elements(), sink));
        }
        zip.add(FOLDER + "version", "3\n".getBytes(StandardCharsets.US_ASCII));
        zip.finish();
    }

    /** Registers the tensors, so that shared storages are known, and refuses what cannot be written. */
    private void forEachTensor(Object object, String name) {
        switch (object) {
            case Tensor tensor -> storages.add(tensor);
            case Map<?, ?> map -> {
                enter(map, name);
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    if (!(entry.getKey() instanceof String) && !(entry.getKey() instanceof Long)
                            && !(entry.getKey() instanceof Integer)) {
                        throw new IllegalArgumentException(file + ": '" + name + "' has the key " + entry.getKey()
                                + "; keys of a .pt file are String or Long");
                    }
                    forEachTensor(entry.getValue(), join(name, entry.getKey()));
                }
                open.remove(map);
            }
            case List<?> list -> {
                enter(list, name);
                for (int i = 0; i < list.size(); i++) {
                    forEachTensor(list.get(i), join(name, i));
                }
                open.remove(list);
            }
            case null -> {}
            case String s -> {}
            case Boolean b -> {}
            case Number n when n instanceof Long || n instanceof Integer || n instanceof Double
                    || n instanceof Float -> {}
            default -> throw new IllegalArgumentException(file + ": '" + name + "' is of " + object.getClass().getName()
                    + ", which a .pt file cannot hold");
        }
    }

    private static String join(String name, Object part) {
        return name.isEmpty() ? part.toString() : name + "." + part;
    }

    private void enter(Object container, String name) {
        if (!open.add(container)) {
            throw new IllegalArgumentException(file + ": '" + name + "' lies inside itself");
        }
    }

    private void put(Object object) {
        switch (object) {
            case null -> pickle.opcode('N');
            case Tensor tensor -> putTensor(tensor);
            case Map<?, ?> map -> {
                pickle.opcode('}');
                pickle.opcode('(');
                map.forEach((key, value) -> {
                    put(key);
                    put(value);
                });
                pickle.opcode('u');
            }
            case List<?> list -> {
                pickle.opcode(']');
                pickle.opcode('(');
                list.forEach(this::put);
                pickle.opcode('e');
            }
            case String text -> pickle.text(text);
            case Boolean flag -> pickle.flag(flag);
            case Double number -> pickle.number(number);
            case Float number -> pickle.number(number);
            default -> pickle.integer(((Number) object).longValue());
        }
    }

    private void putTensor(Tensor tensor) {
        Storages.Place place = storages.place(tensor);
        DType dtype = tensor.dtype();
        String typed = PickleGlobal.storageOf(dtype);
        pickle.global("torch._utils", typed == null ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2");
        pickle.opcode('(');
        putStorage(typed, place.key(), dtype);
        pickle.integer(place.offset());
        pickle.tuple(tensor.shape());
        pickle.tuple(place.strides());
        pickle.flag(tensor.requiresGrad());
        pickle.global("collections", "OrderedDict");
        pickle.opcode(')');
        pickle.opcode('R');
        if (typed == null) {
            pickle.global("torch", dtype.toString());
        }
        pickle.opcode('t');
        pickle.opcode('R');
    }

    private void putStorage(String typed, int key, DType dtype) {
        long bytes = storages.all().get(key).bytes();
        pickle.opcode('(');
        pickle.text("storage");
        pickle.global(typed == null ? "torch.storage" : "torch", typed == null ? "UntypedStorage" : typed);
        pickle.text(Integer.toString(key));
        pickle.text("cpu");
        pickle.integer(typed == null ? bytes : bytes / dtype.bytes());
        pickle.opcode('t');
        pickle.opcode('Q');
    }

    /**
     * Decides which storages a {@code .pt} file has. A storage that several different tensors view is written whole,
     * once. If one tensor only views a storage, the rest of the storage is left out. Complex tensors, of which a view
     * may await conjugation, and tensors on other devices than the CPU get a storage each.
     */
    private static final class Storages {

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
}
