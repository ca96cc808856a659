package org.flowprior.torch.io;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Writes opcodes of pickle protocol 2. */
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

    private ByteBuffer little(int count) {
        return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    }

    void integer(long value) {
        if (value == (int) value) {
            opcode('J');
            out.writeBytes(little(4).putInt((int) value).array());
        } else {
            opcode(0x8a);
            out.write(8);
            out.writeBytes(little(8).putLong(value).array());
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
        if (recall("text " + value)) {
            return;
        }
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        opcode('X');
        out.writeBytes(little(4).putInt(utf8.length).array());
        out.writeBytes(utf8);
        remember("text " + value);
    }

    /** A function or class by its name. */
    void global(String module, String name) {
        String key = "global " + module + "." + name;
        if (recall(key)) {
            return;
        }
        opcode('c');
        out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        remember(key);
    }

    /** A tuple of integers. */
    void tuple(long... values) {
        opcode('(');
        for (long value : values) {
            integer(value);
        }
        opcode('t');
    }

    private boolean recall(String key) {
        Integer index = memo.get(key);
        if (index != null) {
            opcode('j');
            out.writeBytes(little(4).putInt(index).array());
        }
        return index != null;
    }

    private void remember(String key) {
        opcode('r');
        out.writeBytes(little(4).putInt(memo.size()).array());
        memo.put(key, memo.size());
    }
}
