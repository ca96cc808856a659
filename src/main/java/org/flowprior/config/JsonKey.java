package org.flowprior.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says how JSON has a component of a record, if it is not a required key with the component's name. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface JsonKey {

    /** Whether the component may be null; if it is, JSON does not have its key. */
    boolean optional() default false;

    /**
     * For a component whose type is a sealed interface: the key of the value; the component's own key then has the
     * variant's name. Empty: the variant's name is the key of the value, and JSON does not have the component's key.
     */
    String variantValue() default "";
}
