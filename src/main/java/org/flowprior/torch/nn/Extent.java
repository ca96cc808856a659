package org.flowprior.torch.nn;

/** Two numbers, one for each dimension of an image. */
public record Extent(long height, long width) {

    /** The same in both dimensions. */
    public static Extent square(long size) {
        return new Extent(size, size);
    }

    long[] toArray() {
        return new long[] {height, width};
    }
}
