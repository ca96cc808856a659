package org.flowprior.config;

/**
 * A config record whose components must fit together. {@link #check} is called for every record that is made from JSON.
 * The constructor of the enclosing config calls it too, for records that are made in Java.
 */
public interface Checked {

    /** Throws {@link IllegalArgumentException}, beginning with the key, if the components do not fit together. */
    void check();
}
