package org.flowprior.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a text of a config record that is the path of a file or a directory. {@link ConfigRecords#withAbsolutePaths}
 * makes it absolute, so that a run can continue from any working directory. An empty text stays empty.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface FilePath {

    /** A text whose last part starts with this is not a path and stays unchanged; empty: all texts are paths. */
    String except() default "";
}
