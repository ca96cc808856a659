package org.flowprior.torch;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Runs each test in a {@link Scope} of its own, which is open before the methods marked {@code @BeforeEach} and closed
 * after those marked {@code @AfterEach}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(InScope.Extension.class)
public @interface InScope {

    /** Opens and closes the scope. */
    final class Extension implements BeforeEachCallback, AfterEachCallback {

        private static final Namespace NAMESPACE = Namespace.create(InScope.class);

        @Override
        public void beforeEach(ExtensionContext context) {
            context.getStore(NAMESPACE).put("scope", Scope.open());
        }

        @Override
        public void afterEach(ExtensionContext context) {
            context.getStore(NAMESPACE).remove("scope", Scope.class).close();
        }
    }
}
