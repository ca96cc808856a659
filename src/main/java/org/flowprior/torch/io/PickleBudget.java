package org.flowprior.torch.io;

/**
 * The memory that the objects of one pickle may take, by estimate: {@value #BASE} bytes and four times the file. A few
 * bytes of a pickle, or fewer of a compressed one, can ask for any number of objects.
 */
final class PickleBudget {

    static final int REFERENCE = 8;
    static final int ENTRY = 56;
    static final int TENSOR = 512;
    /** The most bytes that a compressed pickle may unpack to, besides those of the file. */
    static final int UNPACKED = 16 << 20;
    static final int BASE = 48 << 20;

    private final PickleInput input;
    private long left;

    PickleBudget(PickleInput input) {
        this.input = input;
        this.left = BASE + 4 * input.fileSize();
    }

    void take(long bytes) {
        left -= bytes;
        if (left < 0) {
            throw input.refuse("refused: the pickle unfolds to more objects than a file of this size may have");
        }
    }

    /** Takes a new object, and the reference to it. */
    void takeObject(Object object) {
        take(REFERENCE + switch (object) {
            case null -> 0;
            case Boolean flag -> 0;
            case Long number when number == (byte) (long) number -> 0;
            case Long number -> 24;
            case Double number -> 16;
            case String text -> 48 + 2L * text.length();
            case byte[] bytes -> 16L + bytes.length;
            case PickleObjects.Tuple tuple -> 48 + (long) REFERENCE * tuple.size();
            default -> 128;
        });
    }
}
