package org.flowprior.train;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Writes scalars and PNG images for TensorBoard: a TFRecord file of TensorFlow's {@code Event} messages. The field
 * numbers are those of {@code event.proto} and {@code summary.proto}.
 */
final class EventFile implements AutoCloseable {

    private final OutputStream out;

    /** Opens a new file with a name that TensorBoard recognises; {@code seconds} since 1970 are the time it begins. */
    EventFile(Path directory, long seconds) throws IOException {
        String name = "events.out.tfevents.%010d.flowprior.%d".formatted(seconds, ProcessHandle.current().pid());
        Path file = directory.resolve(name);
        for (int i = 1; Files.exists(file); i++) {
            file = directory.resolve(name + "." + i);
        }
        out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
        record(new Message().real64(1, seconds).text(3, "brain.Event:2"));
    }

    void scalar(String tag, long step, double value) throws IOException {
        event(step, new Message().text(1, tag).real32(2, (float) value));
    }

    void image(String tag, long step, byte[] png, int width, int height) throws IOException {
        Message image = new Message().number(1, height).number(2, width).number(3, 3).bytes(4, png);
        event(step, new Message().text(1, tag).message(4, image));
    }

    void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void event(long step, Message value) throws IOException {
        Message summary = new Message().message(1, value);
        record(new Message().real64(1, System.currentTimeMillis() / 1e3).number(2, step).message(5, summary));
    }

    private void record(Message message) throws IOException {
        out.write(record(message.bytes.toByteArray()));
    }

    /** Returns the TFRecord of the data: length, its checksum, data, its checksum, all little-endian. */
    static byte[] record(byte[] data) {
        ByteBuffer record = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(maskedChecksum(record.array(), 0, 8));
        record.put(data);
        record.putInt(maskedChecksum(record.array(), 12, data.length));
        return record.array();
    }

    /** Returns the CRC-32C, rotated and with a constant added, as TFRecord files have it. */
    private static int maskedChecksum(byte[] data, int offset, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(data, offset, length);
        return Integer.rotateRight((int) checksum.getValue(), 15) + 0xa282ead8;
    }

    /** A message of protocol buffers. */
    private static final class Message {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Message number(int field, long value) {
            variable((long) field << 3);
            variable(value);
            return this;
        }

        Message real64(int field, double value) {
            variable((long) field << 3 | 1);
            bytes.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array());
            return this;
        }

        Message real32(int field, float value) {
            variable((long) field << 3 | 5);
            bytes.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
            return this;
        }

        Message bytes(int field, byte[] value) {
            variable((long) field << 3 | 2);
            variable(value.length);
            bytes.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.bytes.toByteArray());
        }

        private void variable(long value) {
            for (long rest = value; true; rest >>>= 7) {
                if ((rest & ~0x7fL) == 0) {
                    bytes.write((int) rest);
                    return;
                }
                bytes.write((int) (rest & 0x7f | 0x80));
            }
        }
    }
}
