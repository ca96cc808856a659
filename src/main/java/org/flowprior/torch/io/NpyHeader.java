package org.flowprior.torch.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.flowprior.torch.DType;

/**
 * The header of an array in NumPy's format, versions 1 to 3: magic, version, length, and a Python dict.
 *
 * @param type   NumPy's name of the element type, such as {@code <f4}; of a structured one the list of its fields
 * @param dtype  the same type in tensors; null if they have none
 * @param length bytes of the header; the data begins after them
 */
record NpyHeader(String type, DType dtype, boolean fortran, long[] shape, int length) {

    static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MAX_LENGTH = 1 << 16;
    private static final int ALIGNMENT = 64;
    private static final Pattern ITEM = Pattern.compile(
            "\\s*+'(descr|fortran_order|shape)'\\s*+:\\s*+"
                    + "('[^']*+'|\\[.*?\\](?=\\s*+,\\s*+'(?:fortran_order|shape)'\\s*+:)|True|False|\\([0-9L,\\s]*+\\))"
                    + "\\s*+(,|(?=\\}))");
    private static final Pattern TEXT = Pattern.compile("[<>=|]U([1-9][0-9]{0,6})");
    private static final Pattern SIZE = Pattern.compile("[0-9]{1,18}L?");
    private static final Map<DType, String> NAMES = Map.ofEntries(
            Map.entry(DType.BOOL, "|b1"), Map.entry(DType.UINT8, "|u1"), Map.entry(DType.INT8, "|i1"),
            Map.entry(DType.INT16, "<i2"), Map.entry(DType.INT32, "<i4"), Map.entry(DType.INT64, "<i8"),
            Map.entry(DType.UINT16, "<u2"), Map.entry(DType.UINT32, "<u4"), Map.entry(DType.UINT64, "<u8"),
            Map.entry(DType.FLOAT16, "<f2"), Map.entry(DType.FLOAT32, "<f4"), Map.entry(DType.FLOAT64, "<f8"),
            Map.entry(DType.COMPLEX64, "<c8"), Map.entry(DType.COMPLEX128, "<c16"));

    /**
     * Reads and checks the header of a tensor.
     *
     * @param prefix    what the message of a {@link FormatException} says before the reason
     * @param available bytes of header and data together, which must be exactly as many as the header says
     */
    static NpyHeader read(Source source, String prefix, InputStream in, long available) {
        return readAny(source, prefix, in, available).requireTensor(source, prefix);
    }

    /** Returns this header, or refuses the file, if the array is no tensor. */
    NpyHeader requireTensor(Source source, String prefix) {
        if (dtype == null) {
            throw source.refuse(prefix + reason());
        }
        return this;
    }

    /** Does the same for arrays of any type; of one whose elements vary in size, the bytes are not checked. */
    static NpyHeader readAny(Source source, String prefix, InputStream in, long available) {
        try {
            return read(in, available);
        } catch (FormatException e) {
            throw e;
        } catch (IllegalArgumentException | IOException e) {
            throw source.refuse(prefix + e.getMessage(), e);
        }
    }

    private static NpyHeader read(InputStream in, long available) throws IOException {
        byte[] start = exactly(in, 8);
        if (!Arrays.equals(start, 0, 6, MAGIC, 0, 6)) {
            throw new IllegalArgumentException("not an .npy array");
        }
        int version = start[6];
        if (version < 1 || version > 3) {
            throw new IllegalArgumentException("an .npy array of version " + version + ", which is not 1, 2 or 3");
        }
        byte[] size = Arrays.copyOf(exactly(in, version == 1 ? 2 : 4), 4);
        long length = ByteBuffer.wrap(size).order(ByteOrder.LITTLE_ENDIAN).getInt() & 0xffffffffL;
        if (length > Math.min(MAX_LENGTH, available)) {
            throw new IllegalArgumentException("an .npy array whose header of " + length + " bytes is too long");
        }
        byte[] text = exactly(in, (int) length);
        NpyHeader header = parse(new String(text, version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1),
                (version == 1 ? 10 : 12) + (int) length);
        long bytes = header.bytes();
        if (bytes >= 0 && bytes != available - header.length) {
            throw new IllegalArgumentException("the array has " + (available - header.length) + " bytes, its shape and "
                    + "dtype take " + bytes);
        }
        return header;
    }

    /** Returns the bytes of the data; -1 if shape and type do not tell. */
    private long bytes() {
        int characters = textLength();
        long elements = Shapes.bytes(dtype == null ? DType.UINT8 : dtype, shape);
        try {
            return dtype != null ? elements : characters > 0 ? Math.multiplyExact(elements, 4L * characters) : -1;
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " is too large");
        }
    }

    /** Returns how many characters an element of an array of text has at most; 0 for other arrays. */
    int textLength() {
        Matcher text = TEXT.matcher(type);
        return text.matches() ? Integer.parseInt(text.group(1)) : 0;
    }

    /** Says why the array is no tensor. */
    private String reason() {
        return type.startsWith("[") ? "an .npy array whose header is not a plain descr, fortran_order and shape; "
                + "structured arrays are not read"
                : "an .npy array of type " + type + (textLength() > 0 ? ", text, which is no tensor"
                        : type.startsWith(">")
                                ? " is big-endian; in Python a.astype(a.dtype.newbyteorder('<')) turns it"
                        : ", which flowprior does not read");
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
                || !items.get("descr").matches("['\\[].*") || !items.get("shape").startsWith("(")
                || !items.get("fortran_order").matches("True|False")) {
            throw new IllegalArgumentException("an .npy array whose header is not a plain descr, fortran_order and "
                    + "shape; structured arrays are not read");
        }
        String descr = items.get("descr");
        String type = descr.startsWith("[") ? descr : descr.replace("'", "");
        return new NpyHeader(type, dtype(type), items.get("fortran_order").equals("True"), shape(items.get("shape")),
                length);
    }

    private static long[] shape(String tuple) {
        String inner = tuple.substring(1, tuple.length() - 1).strip();
        if (inner.isEmpty()) {
            return new long[0];
        }
        return Arrays.stream(inner.split(",")).map(String::strip).mapToLong(size -> {
            if (!SIZE.matcher(size).matches()) {
                throw new IllegalArgumentException("an .npy array with the shape " + tuple + ", which is not a shape");
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
        return null;
    }

    /** Returns the shape in the order of the data. */
    long[] storedShape() {
        long[] stored = shape.clone();
        for (int d = 0; fortran && d < stored.length; d++) {
            stored[d] = shape[stored.length - 1 - d];
        }
        return stored;
    }

    /** Describes the array for a list. */
    TensorFiles.Entry entry(String name) {
        if (dtype != null) {
            return TensorFiles.Entry.tensor(name, dtype, shape, fortran ? "Fortran order" : "");
        }
        String kind = type.startsWith("[") ? "structured" : type.replaceAll("\\p{Cntrl}", "?");
        return TensorFiles.Entry.value(name, kind + Arrays.toString(shape)
                + (textLength() > 0 ? ", text" : ", not read"));
    }

    /**
     * Makes the header of a row-major array, padded to a multiple of 64 bytes.
     *
     * @throws IllegalArgumentException that begins with the file, for an element type that NumPy lacks
     */
    static byte[] write(Path file, DType dtype, long... shape) {
        if (!NAMES.containsKey(dtype)) {
            throw new IllegalArgumentException(file + ": NumPy has no " + dtype
                    + "; to(DType.FLOAT32) makes an array that fits");
        }
        String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
        String dict = "{'descr': '" + NAMES.get(dtype) + "', 'fortran_order': False, 'shape': (" + sizes
                + (shape.length == 1 ? "," : "") + "), }";
        int total = (10 + dict.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        String padded = dict + " ".repeat(total - 11 - dict.length()) + "\n";
        return ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN).put(MAGIC).put((byte) 1).put((byte) 0)
                .putShort((short) (total - 10)).put(padded.getBytes(StandardCharsets.US_ASCII)).array();
    }
}
