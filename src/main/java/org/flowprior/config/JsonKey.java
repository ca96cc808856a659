package org.flowprior.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** How a component of a record is written in JSON, if not under its own name alone. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface JsonKey {

    /** Whether the component may be null; its key is then left out. */
    boolean optional() default false;

    /**
     * The key of the value, if the component's type is a sealed interface and the component's own key has the name of
     * the variant. Empty: the variant's name is the key of the value, and the component's own key is not used.
     */
    String variantValue() default "";
}
