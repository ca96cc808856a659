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
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Runs each test of a class, or one test, in a {@link Scope} of its own, which is open before the methods marked
 * {@code @BeforeEach} and closed after those marked {@code @AfterEach}. A test that counts its tensors takes the scope
 * as a parameter.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(InScope.Extension.class)
public @interface InScope {

    /** Opens and closes the scope, and hands it to tests that ask for it. */
    final class Extension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {

        private static final Namespace NAMESPACE = Namespace.create(InScope.class);

        @Override
        public void beforeEach(ExtensionContext context) {
            context.getStore(NAMESPACE).put("scope", Scope.open());
        }

        @Override
        public void afterEach(ExtensionContext context) {
            context.getStore(NAMESPACE).remove("scope", Scope.class).close();
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Scope.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getStore(NAMESPACE).get("scope", Scope.class);
        }
    }
}
