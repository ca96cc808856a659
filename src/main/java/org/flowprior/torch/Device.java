package org.flowprior.torch;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * The device that holds a tensor.
 *
 * @param index the device's number, or -1 for the current one
 */
public record Device(Type type, int index) {

    /** Supported device types, with libtorch's numbers. */
    public enum Type {
        /** Main memory. */
        CPU(0),
        /** An NVIDIA GPU. */
        CUDA(1),
        /** Shapes without data. */
        META(14);

        private final int code;

        Type(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }

        static Type ofCode(long code) {
            return Arrays.stream(values()).filter(type -> type.code == code).findFirst().orElseThrow(
                    () -> new IllegalArgumentException("device type " + code + " of libtorch is not supported"));
        }
    }

    /** The CPU. */
    public static final Device CPU = new Device(Type.CPU, -1);
    /** Shapes without data. */
    public static final Device META = new Device(Type.META, -1);

    /** Throws {@link IllegalArgumentException} if the index is not in -1..127. */
    public Device {
        Objects.requireNonNull(type, "type");
        if (index < -1 || index > 127) {
            throw new IllegalArgumentException("device index " + index + " is not in -1..127");
        }
    }

    /** The CUDA device of that number. */
    public static Device cuda(int index) {
        return new Device(Type.CUDA, index);
    }

    /**
     * Reads {@code cpu}, {@code cuda}, {@code cuda:1} or {@code meta}.
     *
     * @throws IllegalArgumentException for any other text
     */
    public static Device of(String text) {
        String[] parts = text.strip().toLowerCase(Locale.ROOT).split(":", 2);
        try {
            Type type = Type.valueOf(parts[0].toUpperCase(Locale.ROOT));
            return new Device(type, parts.length == 1 ? -1 : Integer.parseInt(parts[1]));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("device '" + text + "' is not one of cpu, cuda, cuda:N, meta", e);
        }
    }

    @Override
    public String toString() {
        String name = type.name().toLowerCase(Locale.ROOT);
        return index < 0 ? name : name + ":" + index;
    }
}
