package org.flowprior.torch.io;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.RandomAccess;

/** The Python objects that a pickle makes and for which the JDK has no class. */
final class PickleObjects {

    private PickleObjects() {}

    /** A list that does not change, and that no opcode can append to. */
    static final class Tuple extends AbstractList<Object> implements RandomAccess {

        private final Object[] items;
        private final boolean holdsMachinery;

        Tuple(Object... items) {
            this.items = items;
            this.holdsMachinery = Arrays.stream(items).anyMatch(PickleObjects::isMachinery);
        }

        @Override
        public Object get(int index) {
            return items[index];
        }

        @Override
        public int size() {
            return items.length;
        }
    }

    /** A dict that may be given attributes, which are not kept. */
    static final class OrderedDict extends LinkedHashMap<Object, Object> {
        private static final long serialVersionUID = 1;
    }

    /** A list that may be given attributes, which are not kept. */
    static final class AttributedList extends ArrayList<Object> {
        private static final long serialVersionUID = 1;
    }

    /** The attributes of an {@code argparse.Namespace}. */
    static final class Namespace extends LinkedHashMap<Object, Object> {
        private static final long serialVersionUID = 1;
    }

    /**
     * A parameter as PyTorch pickled it before 0.4: made empty and remembered, then given its tensor, which replaces it
     * on the stack and in the memo.
     */
    static final class OldParameter {
        /** Indices of the memo that hold it. */
        final List<Long> remembered = new ArrayList<>();
    }

    /** Returns whether a value may only be an argument of a function, and never a part of the result. */
    static boolean isMachinery(Object value) {
        return value instanceof PickleGlobal || value instanceof PickleStorage || value instanceof PickleStorage.Type
                || value instanceof OldParameter || value instanceof Tuple tuple && tuple.holdsMachinery;
    }
}
