package org.flowprior.torch.io;

import java.util.AbstractList;
import java.util.RandomAccess;

/** A Python tuple: a list that does not change, and that no opcode can append to. */
final class PickleTuple extends AbstractList<Object> implements RandomAccess {

    private final Object[] items;
    /** What is found inside functions' arguments alone, and never is a value of the result. */
    private final boolean holdsMachinery;

    PickleTuple(Object... items) {
        this.items = items;
        boolean machinery = false;
        for (Object item : items) {
            machinery |= isMachinery(item);
        }
        holdsMachinery = machinery;
    }

    static boolean isMachinery(Object value) {
        return value instanceof PickleGlobal || value instanceof PickleStorage || value instanceof PickleStorage.Type
                || value instanceof PickleParameter || value instanceof PickleTuple tuple && tuple.holdsMachinery;
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
