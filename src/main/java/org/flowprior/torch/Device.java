package org.flowprior.torch;

import java.util.Locale;
import java.util.Objects;

/**
 * Where a tensor lives.
 *
 * @param index the device's number, or -1 for the current one
 */
public record Device(Type type, int index) {

    /** Device types that flowprior serves, with libtorch's numbers. */
    public enum Type {
        CPU(0),
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
            for (Type type : values()) {
                if (type.code == code) {
                    return type;
                }
            }
            throw new IllegalArgumentException("device type " + code + " of libtorch is not served");
        }
    }

    /** The CPU. */
    public static final Device CPU = new Device(Type.CPU, -1);
    /** Shapes without data. */
    public static final Device META = new Device(Type.META, -1);

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
     * @throws IllegalArgumentException for anything else
     */
    public static Device of(String text) {
        String[] parts = text.strip().toLowerCase(Locale.ROOT).split(":", 2);
        try {
            Type type = Type.valueOf(parts[0].toUpperCase(Locale.ROOT));
            return new Device(type, parts.length == 1 ? -1 : Integer.parseInt(parts[1]));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("device '" + text + "' is none of cpu, cuda, cuda:N, meta", e);
        }
    }

    @Override
    public String toString() {
        String name = type.name().toLowerCase(Locale.ROOT);
        return index < 0 ? name : name + ":" + index;
    }
}
