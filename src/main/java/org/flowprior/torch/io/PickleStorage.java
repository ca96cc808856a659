package org.flowprior.torch.io;

import org.flowprior.torch.DType;

/**
 * A storage that a pickle refers to.
 *
 * @param key    its name in the file
 * @param dtype  type of its elements, or null for bytes that the tensors over it interpret
 * @param size   number of elements, or of bytes
 * @param start  first element of the part that is meant; old files refer to parts
 * @param length elements of that part
 */
record PickleStorage(String key, DType dtype, long size, long start, long length) {

    /** The bytes of a storage in the file. */
    record Span(long offset, long bytes) {}

    /** The class of a storage as a pickle names it; untyped if the dtype is null. */
    record Type(DType dtype) {}

    int elementBytes() {
        return dtype == null ? 1 : dtype.bytes();
    }

    /** Returns the bytes of the whole storage. */
    long bytes() {
        return Math.multiplyExact(size, (long) elementBytes());
    }
}
