package org.flowprior.config;

/**
 * Converts records to JSON on one line and back, for the metadata of files: enum constants have their Java names, and
 * numbers are as Java writes them.
 */
public final class MetadataText {

    private MetadataText() {}

    /** Returns the record's text. */
    public static String of(Record config) {
        return Json.line(ConfigBinder.METADATA.json(config));
    }

    /**
     * Reads a record that {@link #of} wrote.
     *
     * @param key  the metadata's key, for the message
     * @param noun what the config describes, such as {@code autoencoder}, for the message
     * @throws IllegalArgumentException for any other text
     */
    public static <T extends Record> T read(Class<T> type, String text, String key, String noun) {
        try {
            return ConfigBinder.METADATA.bind(type, Json.parse(text, "it"));
        } catch (RequestException e) {
            throw new IllegalArgumentException("the metadata '" + key + "' holds no " + noun + "'s config: "
                    + e.getMessage(), e);
        }
    }
}
