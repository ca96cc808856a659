package org.flowprior.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a text of a config record that names a file or a directory. {@link ConfigRecords#withAbsolutePaths} makes it
 * absolute, so that a run continues from any working directory. An empty text names nothing and stays.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface FilePath {

    /** The start of the path's last part by which a text is not a path and stays as it is; empty: no such texts. */
    String except() default "";
}
