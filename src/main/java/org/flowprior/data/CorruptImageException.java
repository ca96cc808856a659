package org.flowprior.data;

/** An image cannot be decoded. The message is one line that begins with the image's name. */
public final class CorruptImageException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String image;

    /** Creates an exception for an image that cannot be decoded, with the reason. */
    public CorruptImageException(String image, String reason, Throwable cause) {
        super(image + ": corrupt image: " + reason, cause);
        this.image = image;
    }

    /** Returns the image's name: its path in the set, or {@code shard.tar/member}. */
    public String image() {
        return image;
    }
}
