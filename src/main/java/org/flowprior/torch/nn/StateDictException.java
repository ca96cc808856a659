package org.flowprior.torch.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A state dict that does not fit: every missing key, every unexpected key and every shape that differs. */
public final class StateDictException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final transient List<String> missing;
    private final transient List<String> unexpected;
    private final transient List<Shapes> differing;

    /** Of what belongs to the owner, named as the message is to name it. */
    public StateDictException(String owner, List<String> missing, List<String> unexpected, List<Shapes> differing) {
        super(describe(owner, missing, unexpected, differing));
        this.missing = List.copyOf(missing);
        this.unexpected = List.copyOf(unexpected);
        this.differing = List.copyOf(differing);
    }

    /** A key with its shape in the state and the shape that was expected. */
    public record Shapes(String key, long[] inState, long[] expected) {

        @Override
        public String toString() {
            return key + " " + Arrays.toString(inState) + " instead of " + Arrays.toString(expected);
        }
    }

    /** Keys that the state lacks. */
    public List<String> missing() {
        return missing;
    }

    /** Keys that only the state has. */
    public List<String> unexpected() {
        return unexpected;
    }

    /** Keys whose shapes differ. */
    public List<Shapes> differing() {
        return differing;
    }

    private static String describe(String owner, List<String> missing, List<String> unexpected,
            List<Shapes> differing) {
        List<String> parts = new ArrayList<>();
        add(parts, "missing", missing);
        add(parts, "unexpected", unexpected);
        add(parts, "of another shape", differing);
        return "the state does not fit " + owner + ": " + String.join("; ", parts);
    }

    private static void add(List<String> parts, String what, List<?> entries) {
        if (!entries.isEmpty()) {
            parts.add(entries.size() + " " + what + " ("
                    + String.join(", ", entries.stream().map(Object::toString).toList()) + ")");
        }
    }
}
