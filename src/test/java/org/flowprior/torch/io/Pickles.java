package org.flowprior.torch.io;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Pickles written by hand, in zip files as {@code torch.save} makes them. */
final class Pickles {

    private Pickles() {}

    /** The bytes of a text in which each character is a byte. */
    static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A file with the pickle and no storages. */
    static Path pt(Path file, byte[] pickle) {
        return zip(file, Map.of("archive/data.pkl", pickle));
    }

    static Path zip(Path file, Map<String, byte[]> members) {
        AtomicFiles.writeChannel(file, channel -> {
            ZipWriter zip = new ZipWriter(channel);
            for (Map.Entry<String, byte[]> member : members.entrySet()) {
                zip.add(member.getKey(), member.getValue());
            }
            zip.finish();
        });
        return file;
    }

    /** {@code SHORT_BINUNICODE}. */
    static String text(String value) {
        return "\u008c" + (char) value.length() + value;
    }

    /** {@code GLOBAL}. */
    static String global(String module, String name) {
        return "c" + module + "\n" + name + "\n";
    }

    /** A persistent id of that storage. */
    static String storage(String type, String key, int size) {
        return "(" + text("storage") + global("torch", type) + text(key) + text("cpu") + "K" + (char) size + "tQ";
    }

    /** A call of {@code _rebuild_tensor_v2} with sizes and strides of one dimension. */
    static String tensor(String storage, int offset, int size, int stride) {
        return global("torch._utils", "_rebuild_tensor_v2") + "(" + storage + "K" + (char) offset + "K" + (char) size
                + "\u0085K" + (char) stride + "\u0085\u0089" + global("collections", "OrderedDict") + ")RtR";
    }
}
