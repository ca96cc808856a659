package org.flowprior.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * States what runs had from before a key existed, such as {@code @Absent("0") double totalVariation}: the value with
 * which they computed what they did. {@link ConfigLoader#read} takes it for a run whose {@code config.json} does not
 * have the key. Without this annotation, such a run is refused. Presets and config files do not use it.
 *
 * <p>Every component that a config record gets later has this annotation. If a whole group is new, all its components
 * have it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Absent {

    /** Returns the value, as {@code --set KEY=VALUE} takes it. */
    String value();
}
