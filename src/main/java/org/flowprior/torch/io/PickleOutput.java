package org.flowprior.torch.io;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Writes a pickle of protocol 2. Texts and names that come again are recalled from the memo. */
final class PickleOutput {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Map<String, Integer> memo = new HashMap<>();

    PickleOutput() {
        opcode(0x80);
        out.write(2);
    }

    byte[] finish() {
        opcode('.');
        return out.toByteArray();
    }

    void opcode(int opcode) {
        out.write(opcode);
    }

    private void int32(int value) {
        out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    void integer(long value) {
        if (value == (int) value) {
            opcode('J');
            int32((int) value);
        } else {
            opcode(0x8a);
            out.write(8);
            int32((int) value);
            int32((int) (value >> 32));
        }
    }

    void number(double value) {
        opcode('G');
        out.writeBytes(ByteBuffer.allocate(8).putDouble(value).array());
    }

    void flag(boolean value) {
        opcode(value ? 0x88 : 0x89);
    }

    void text(String value) {
        once("text " + value, () -> {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            opcode('X');
            int32(utf8.length);
            out.writeBytes(utf8);
        });
    }

    /** Writes a function or class by its name. */
    void global(String module, String name) {
        once("global " + module + "." + name, () -> {
            opcode('c');
            out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        });
    }

    /** Writes a tuple of integers. */
    void tuple(long... values) {
        opcode('(');
        for (long value : values) {
            integer(value);
        }
        opcode('t');
    }

    /** Writes an object and remembers it, or recalls it if it has been written. */
    private void once(String key, Runnable writer) {
        Integer index = memo.get(key);
        if (index == null) {
            writer.run();
            index = memo.size();
            opcode('r');
            memo.put(key, index);
        } else {
            opcode('j');
        }
        int32(index);
    }
}
