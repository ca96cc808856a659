package org.flowprior.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names in JSON a record that implements a sealed interface; see {@link JsonKey#variantValue}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface VariantName {

    /** Returns the name. */
    String value();
}
