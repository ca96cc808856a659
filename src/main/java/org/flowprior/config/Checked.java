package org.flowprior.config;

/**
 * A config record whose components must fit together. {@link #check} is called after a record was made from JSON; the
 * constructor of the config around it calls it too, for records that were made in Java.
 */
public interface Checked {

    /** Throws {@link IllegalArgumentException}, which begins with the key, if the components do not fit together. */
    void check();
}
