package org.flowprior.torch.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The containers of {@code torch.save}: a pickle and the storages that it refers to. */
interface PtContainer {

    /** The whole first pickle of the older format. */
    byte[] LEGACY_MAGIC = {(byte) 0x80, 2, (byte) 0x8a, 10, 0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20,
        0x6a, (byte) 0xa8, 0x50, 0x19, '.'};

    /** Runs the pickle of the object. */
    Object run(TensorMaker maker);

    /** Finds the bytes of a storage; null if it is missing. */
    PickleStorage.Span storage(String key);

    /** Opens the container; the content tells which one it is. */
    static PtContainer of(Source source) {
        byte[] start = source.bytes(0, (int) Math.min(LEGACY_MAGIC.length, source.size()));
        if (ZipReader.isZip(start)) {
            return new Zip(source);
        }
        if (Arrays.equals(start, LEGACY_MAGIC)) {
            return new Legacy(source);
        }
        throw source.refuse("not a .pt file: neither a zip file nor the older format of torch.save");
    }

    private static FormatException bigEndian(Source source) {
        return source.refuse("written on a big-endian machine, which flowprior does not read");
    }

    /** The zip file of PyTorch 1.6 and later, with each storage as a member of its own. */
    final class Zip implements PtContainer {

        private static final String PICKLE = "/data.pkl";

        private final Source source;
        private final ZipReader zip;
        private final String folder;

        private Zip(Source source) {
            this.source = source;
            this.zip = new ZipReader(source);
            List<String> pickles = zip.names().stream().filter(n -> n.endsWith(PICKLE)).toList();
            if (pickles.size() != 1) {
                throw source.refuse("not a .pt file: the zip file holds " + pickles.size() + " data.pkl");
            }
            this.folder = pickles.getFirst().substring(0, pickles.getFirst().length() - PICKLE.length() + 1);
            if (zip.member(folder + "constants.pkl") != null) {
                throw source.refuse("a TorchScript archive; ScriptModule loads it");
            }
            ZipReader.Member order = zip.member(folder + "byteorder");
            if (order != null && !new String(zip.bytes(order), StandardCharsets.US_ASCII).equals("little")) {
                throw bigEndian(source);
            }
        }

        @Override
        public Object run(TensorMaker maker) {
            return PickleMachine.run(new PickleInput(source, zip.bytes(zip.member(folder + "data.pkl"))), maker);
        }

        @Override
        public PickleStorage.Span storage(String key) {
            ZipReader.Member member = zip.member(folder + "data/" + key);
            if (member == null) {
                return null;
            }
            if (!member.stored()) {
                throw source.refuse("storage '" + key + "' is compressed; torch.save does not compress storages");
            }
            return new PickleStorage.Span(zip.dataOffset(member), member.size());
        }
    }

    /**
     * The format before PyTorch 1.6: five pickles (a magic number, a version, facts of the machine, the object, the
     * keys of its storages), then each storage as a count of elements and the elements. The pickle of the object tells
     * the types of the storages, and so their places; therefore it runs a first time before tensors are made.
     */
    final class Legacy implements PtContainer {

        private static final long VERSION = 1001;

        private final Source source;
        private final PickleInput input;
        private final int objectStart;
        private final Map<String, PickleStorage.Span> spans = new HashMap<>();

        private Legacy(Source source) {
            this.source = source;
            this.input = new PickleInput(source);
            Map<String, PickleStorage> named = new HashMap<>();
            TensorMaker describer = new TensorMaker.Describer(s -> named.putIfAbsent(s.key(), s));
            PickleMachine.run(input, describer);
            Object version = PickleMachine.run(input, describer);
            if (!Long.valueOf(VERSION).equals(version)) {
                throw source.refuse("a .pt of version " + version + ", which is not " + VERSION);
            }
            if (PickleMachine.run(input, describer) instanceof Map<?, ?> facts
                    && Boolean.FALSE.equals(facts.get("little_endian"))) {
                throw bigEndian(source);
            }
            objectStart = input.position();
            PickleMachine.run(input, describer);
            if (!(PickleMachine.run(input, describer) instanceof List<?> keys)) {
                throw source.refuse("the list of storages is not a list");
            }
            placeStorages(keys, named, input.position());
        }

        private void placeStorages(List<?> keys, Map<String, PickleStorage> named, long start) {
            long position = start;
            for (Object key : keys) {
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

        @Override
        public Object run(TensorMaker maker) {
            input.rewind(objectStart);
            return PickleMachine.run(input, maker);
        }

        @Override
        public PickleStorage.Span storage(String key) {
            return spans.get(key);
        }
    }
}
