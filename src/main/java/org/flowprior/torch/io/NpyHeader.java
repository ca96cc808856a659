package org.flowprior.torch.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowprior.torch.DType;

/**
 * The head of an array in NumPy's format, versions 1 to 3: magic, version, length, and a Python dict.
 *
 * @param length bytes of the head, behind which the data begins
 */
record NpyHeader(DType dtype, boolean fortran, long[] shape, int length) {

    static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MAX_LENGTH = 1 << 16;
    private static final int ALIGNMENT = 64;
    private static final Pattern ITEM = Pattern.compile(
            "\\s*+'(descr|fortran_order|shape)'\\s*+:\\s*+('[^']*+'|True|False|\\([0-9L,\\s]*+\\))\\s*+(,|(?=\\}))");
    private static final Pattern SIZE = Pattern.compile("[0-9]{1,18}L?");
    private static final Map<DType, String> NAMES = Map.ofEntries(
            Map.entry(DType.BOOL, "|b1"), Map.entry(DType.UINT8, "|u1"), Map.entry(DType.INT8, "|i1"),
            Map.entry(DType.INT16, "<i2"), Map.entry(DType.INT32, "<i4"), Map.entry(DType.INT64, "<i8"),
            Map.entry(DType.UINT16, "<u2"), Map.entry(DType.UINT32, "<u4"), Map.entry(DType.UINT64, "<u8"),
            Map.entry(DType.FLOAT16, "<f2"), Map.entry(DType.FLOAT32, "<f4"), Map.entry(DType.FLOAT64, "<f8"),
            Map.entry(DType.COMPLEX64, "<c8"), Map.entry(DType.COMPLEX128, "<c16"));

    /**
     * Reads the head, whose exceptions say what is wrong without the file's name.
     *
     * @param available bytes of the whole array, head and data, which must be as many as the head asks for
     */
    static NpyHeader read(InputStream in, long available) throws IOException {
        byte[] start = exactly(in, 8);
        if (!Arrays.equals(start, 0, 6, MAGIC, 0, 6)) {
            throw new IllegalArgumentException("not an .npy array");
        }
        int version = start[6];
        if (version < 1 || version > 3) {
            throw new IllegalArgumentException("an .npy array of version " + version + ", of which 1 to 3 are known");
        }
        byte[] size = exactly(in, version == 1 ? 2 : 4);
        long length = 0;
        for (int i = size.length - 1; i >= 0; i--) {
            length = length << 8 | size[i] & 0xff;
        }
        if (length > Math.min(MAX_LENGTH, available)) {
            throw new IllegalArgumentException("an .npy array whose header of " + length + " bytes is too long");
        }
        byte[] text = exactly(in, (int) length);
        NpyHeader header = parse(new String(text, version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1),
                8 + size.length + (int) length);
        long bytes = Shapes.bytes(header.dtype, header.shape);
        if (bytes != available - header.length) {
            throw new IllegalArgumentException("the array has " + (available - header.length) + " bytes, its shape and "
                    + "dtype take " + bytes);
        }
        return header;
    }

    private static byte[] exactly(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the array ends inside its header");
        }
        return bytes;
    }

    private static NpyHeader parse(String text, int length) {
        Map<String, String> items = new HashMap<>();
        String dict = text.strip();
        Matcher item = ITEM.matcher(dict).region(Math.min(1, dict.length()), dict.length());
        int end = 1;
        while (item.lookingAt() && items.putIfAbsent(item.group(1), item.group(2)) == null) {
            end = item.end();
            item.region(end, dict.length());
        }
        if (items.size() != 3 || !dict.startsWith("{") || !dict.substring(end).strip().equals("}")
                || !items.get("descr").startsWith("'") || !items.get("shape").startsWith("(")
                || !items.get("fortran_order").matches("True|False")) {
            throw new IllegalArgumentException(
                    "an .npy array whose header is not a plain descr, fortran_order and shape; "
                            + "structured arrays are not read");
        }
        return new NpyHeader(dtype(items.get("descr").replace("'", "")), items.get("fortran_order").equals("True"),
                shape(items.get("shape")), length);
    }

    private static long[] shape(String tuple) {
        String inner = tuple.substring(1, tuple.length() - 1).strip();
        if (inner.isEmpty()) {
            return new long[0];
        }
        return Arrays.stream(inner.split(",")).map(String::strip).mapToLong(size -> {
            if (!SIZE.matcher(size).matches()) {
                throw new IllegalArgumentException("an .npy array whose shape " + tuple + " is none");
            }
            return Long.parseLong(size.replace("L", ""));
        }).toArray();
    }

    private static DType dtype(String name) {
        for (Map.Entry<DType, String> entry : NAMES.entrySet()) {
            String known = entry.getValue();
            if (name.equals(known) || known.startsWith("|") && name.length() == 3 && "<>=".indexOf(name.charAt(0)) >= 0
                    && name.endsWith(known.substring(1))) {
                return entry.getKey();
            }
        }
        throw new IllegalArgumentException(name.startsWith(">")
                ? "an .npy array of type " + name
                        + " is big-endian; in Python a.astype(a.dtype.newbyteorder('<')) turns it"
                : "an .npy array of type " + name + ", which flowprior does not read");
    }

    /** The head of a row-major array of that type and shape, ending at a multiple of 64 bytes. */
    static byte[] write(DType dtype, long[] shape) {
        String name = NAMES.get(dtype);
        if (name == null) {
            throw new IllegalArgumentException("NumPy has no " + dtype
                    + "; to(DType.FLOAT32) makes an array that fits");
        }
        StringJoiner sizes = new StringJoiner(", ", "(", shape.length == 1 ? ",)" : ")");
        for (long size : shape) {
            sizes.add(Long.toString(size));
        }
        String dict = "{'descr': '" + name + "', 'fortran_order': False, 'shape': " + sizes + ", }";
        int total = (10 + dict.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] header = new byte[total];
        Arrays.fill(header, (byte) ' ');
        System.arraycopy(MAGIC, 0, header, 0, 6);
        header[6] = 1;
        header[7] = 0;
        header[8] = (byte) (total - 10);
        header[9] = (byte) (total - 10 >> 8);
        byte[] text = dict.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, header, 10, text.length);
        header[total - 1] = '\n';
        return header;
    }
}
