package org.flowprior.torch.io;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The containers of {@code torch.save}: a pickle and the storages that it refers to. */
interface PtContainer {

    /** The first number of the older format. */
    BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    /** The most bytes of the pickle of that number: protocol, frame of protocol 4 and later, number, stop. */
    int LEGACY_LENGTH = 24;

    /** Runs the pickle of the object. */
    Object run(TensorMaker maker);

    /** Finds the bytes of a storage; null if it is missing. */
    PickleStorage.Span storage(String key);

    /** Opens the container; the content tells which one it is. */
    static PtContainer of(Source source) {
        byte[] start = source.bytes(0, (int) Math.min(LEGACY_LENGTH, source.size()));
        if (ZipReader.isZip(start)) {
            return new Zip(source);
        }
        if (isLegacy(start)) {
            return new Legacy(source);
        }
        throw source.refuse("not a .pt file: neither a zip file nor the older format of torch.save");
    }

    /** Returns whether a file with these first bytes is of the older format, of any protocol of pickles from 2 on. */
    static boolean isLegacy(byte... start) {
        int number = start.length > 2 && start[2] == (byte) 0x95 ? 11 : 2;
        if (start.length < number + 13 || start[0] != (byte) 0x80 || start[number] != (byte) 0x8a
                || start[number + 1] != 10) {
            return false;
        }
        byte[] value = new byte[10];
        for (int i = 0; i < value.length; i++) {
            value[i] = start[number + 11 - i];
        }
        return new BigInteger(value).equals(LEGACY_MAGIC);
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
            if (order != null && order.size() > 64) {
                throw source.refuse("its byteorder has " + order.size() + " bytes");
            }
            if (order != null && !new String(zip.bytes(order), StandardCharsets.US_ASCII).equals("little")) {
                throw bigEndian(source);
            }
        }

        @Override
        public Object run(TensorMaker maker) {
            ZipReader.Member pickle = zip.member(folder + "data.pkl");
            if (pickle.size() > source.size() + PickleBudget.UNPACKED) {
                throw source.refuse("refused: its compressed pickle unfolds to " + pickle.size() + " bytes");
            }
            return PickleMachine.run(new PickleInput(source, zip.bytes(pickle)), maker);
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
