package org.flowprior.torch.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code torch.save} wrote before PyTorch 1.6: five pickles (a magic number, a version, facts of the machine, the
 * object, the keys of its storages), then each storage as a count of elements and the elements. Where storages begin is
 * known only when the object's pickle has told their types, so it runs twice.
 */
final class PtLegacy {

    /** The whole first pickle. */
    static final byte[] MAGIC = {(byte) 0x80, 2, (byte) 0x8a, 10, 0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9,
        0x20, 0x6a, (byte) 0xa8, 0x50, 0x19, '.'};
    private static final long VERSION = 1001;

    private final Source source;
    private final PickleInput input;
    private final int objectStart;
    private final Map<String, PickleStorage> named = new HashMap<>();
    private final Map<String, PickleStorage.Span> spans = new HashMap<>();
    private final Object described;

    PtLegacy(Source source) {
        this.source = source;
        this.input = new PickleInput(source);
        TensorDescription.Maker describe = new TensorDescription.Maker(s -> named.putIfAbsent(s.key(), s));
        PickleMachine.run(input, describe);
        Object version = PickleMachine.run(input, describe);
        if (!version.equals(VERSION)) {
            throw source.refuse("a .pt of version " + version + ", of which " + VERSION + " is known");
        }
        if (PickleMachine.run(input, describe) instanceof Map<?, ?> facts
                && Boolean.FALSE.equals(facts.get("little_endian"))) {
            throw source.refuse("written on a big-endian machine, which flowprior does not read");
        }
        objectStart = input.position();
        described = PickleMachine.run(input, describe);
        placeStorages(PickleMachine.run(input, describe), input.position());
    }

    private void placeStorages(Object keys, long start) {
        if (!(keys instanceof List<?> list)) {
            throw source.refuse("the list of storages is none");
        }
        long position = start;
        for (Object key : list) {
            PickleStorage storage = key instanceof String text ? named.get(text) : null;
            if (storage == null || position > source.size() - 8) {
                throw source.refuse(storage == null ? "storage '" + key + "' belongs to no tensor"
                        : "cut short before storage '" + key + "'");
            }
            long count = ByteBuffer.wrap(source.bytes(position, 8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (count < 0 || count > (source.size() - position - 8) / storage.elementBytes()) {
                throw source.refuse("cut short inside storage '" + key + "' of " + count + " elements");
            }
            long bytes = count * storage.elementBytes();
            spans.put(storage.key(), new PickleStorage.Span(position + 8, bytes));
            position += 8 + bytes;
        }
    }

    /** The object with descriptions in place of tensors. */
    Object described() {
        return described;
    }

    /** Runs the pickle of the object. */
    Object run(TensorMaker maker) {
        input.rewind(objectStart);
        return PickleMachine.run(input, maker);
    }

    /** Where a storage lies, or null. */
    PickleStorage.Span storage(String key) {
        return spans.get(key);
    }
}
