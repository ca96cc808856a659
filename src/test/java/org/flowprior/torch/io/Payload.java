package org.flowprior.torch.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** The tensors of tools/oracle/tensor_files.py, whose bytes follow from their names. */
final class Payload {

    static final Set<DType> NOT_IN_SAFETENSORS = Set.of(DType.COMPLEX32, DType.COMPLEX128);
    static final Set<DType> NOT_IN_NUMPY = Set.of(DType.BFLOAT16, DType.FLOAT8_E4M3FN, DType.FLOAT8_E5M2,
            DType.COMPLEX32);
    static final String ODD_NAME = "ключ \"q\"/a.b";

    private Payload() {}

    static byte[] bytes(String name, int count, DType dtype) {
        int start = 0;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            start += b & 0xff;
        }
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            int value = start + 7 * i + i * i / 3;
            bytes[i] = (byte) (dtype == DType.BOOL ? value & 1 : value);
        }
        return bytes;
    }

    static Tensor tensor(String name, DType dtype, long... shape) {
        int count = (int) Shapes.bytes(dtype, shape);
        return count == 0 ? Torch.empty(shape, dtype)
                : Tensor.of(MemorySegment.ofArray(bytes(name, count, dtype)), dtype, shape);
    }

    /** {@code all_tensors(without)}. */
    static Map<String, Tensor> allTensors(Set<DType> without) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : List.of("bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64",
                "float16", "bfloat16", "float32", "float64", "float8_e4m3fn", "float8_e5m2", "complex32", "complex64",
                "complex128")) {
            DType dtype = Arrays.stream(DType.values()).filter(d -> d.toString().equals(name)).findFirst()
                    .orElseThrow();
            if (!without.contains(dtype)) {
                tensors.put(name, tensor(name, dtype, 3, 5));
            }
        }
        tensors.put("empty", tensor("empty", DType.FLOAT32, 0, 4));
        tensors.put("scalar", tensor("scalar", DType.FLOAT64));
        tensors.put(ODD_NAME, tensor(ODD_NAME, DType.FLOAT32, 2));
        return tensors;
    }

    /** {@code tree()}. */
    static Map<Object, Object> tree() {
        Map<Object, Object> tree = new LinkedHashMap<>();
        tree.put("text", "héllo");
        tree.put("long", 1L << 40);
        tree.put("int", -7L);
        tree.put("double", 0.1);
        tree.put("yes", true);
        tree.put("no", false);
        tree.put("none", null);
        Map<String, Object> none = new LinkedHashMap<>();
        none.put("k", null);
        tree.put("list", List.of(1L, List.of(2.5, "x"), none));
        tree.put("empty", List.of());
        tree.put("dict", Map.of());
        tree.put(3L, "three");
        tree.put("tensors", allTensors(Set.of()));
        return tree;
    }

    /** The elements as they are stored, in row-major order. */
    static byte[] raw(Tensor tensor) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            TensorBytes.write(tensor, bytes -> {
                byte[] block = new byte[bytes.remaining()];
                bytes.get(block);
                out.write(block);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Name, dtype, shape and bytes of each tensor, which two equal maps have in common. */
    static List<String> describe(Map<String, Tensor> tensors) {
        List<String> lines = new ArrayList<>();
        tensors.forEach((name, t) -> lines.add(name + " " + t.dtype() + Arrays.toString(t.shape()) + " "
                + Arrays.toString(raw(t))));
        return lines;
    }

    static Path resource(String name) {
        try {
            return Path.of(Payload.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Returns the bytes of a file that Python made. */
    static byte[] resourceBytes(String name) throws IOException {
        return Files.readAllBytes(resource(name));
    }
}
