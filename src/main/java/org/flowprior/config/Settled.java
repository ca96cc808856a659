package org.flowprior.config;

import java.util.function.Predicate;

/**
 * A config in which the preset's value of one key suits only the preset's values of others. {@link ConfigLoader#load}
 * settles each config that it loads; a config that a run has written stays as it is.
 *
 * @param <T> the config itself
 */
public interface Settled<T extends Record> {

    /**
     * Returns this config with other values of keys that nobody gave and whose preset's values do not suit.
     *
     * @param given whether a config file or an assignment has this key; otherwise its value is a preset's
     */
    T settled(Predicate<String> given);
}
