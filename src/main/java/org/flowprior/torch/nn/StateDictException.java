package org.flowprior.torch.nn;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A state dict that does not fit: every missing key, every unexpected key and every shape that differs. */
public final class StateDictException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final transient List<String> missing;
    private final transient List<String> unexpected;
    private final transient List<Shapes> differing;

    /** With the name that the message gives to the owner of the expected tensors. */
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

    /** Returns the keys that the state lacks. */
    public List<String> missing() {
        return missing;
    }

    /** Returns the keys that only the state has. */
    public List<String> unexpected() {
        return unexpected;
    }

    /** Returns the keys whose shapes differ. */
    public List<Shapes> differing() {
        return differing;
    }

    private static String describe(String owner, List<String> missing, List<String> unexpected,
            List<Shapes> differing) {
        return "the state does not fit " + owner + ": " + Stream
                .of(list("missing", missing), list("unexpected", unexpected), list("of another shape", differing))
                .filter(part -> !part.isEmpty()).collect(Collectors.joining("; "));
    }

    private static String list(String what, List<?> entries) {
        return entries.isEmpty() ? "" : entries.stream().map(Object::toString)
                .collect(Collectors.joining(", ", entries.size() + " " + what + " (", ")"));
    }
}
