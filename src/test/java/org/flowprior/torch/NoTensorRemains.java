package org.flowprior.torch;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/**
 * Fails each test that leaves tensors open: the garbage collector would free them during a later test and change what
 * that test counts. Registered in {@code META-INF/services}.
 */
public final class NoTensorRemains implements BeforeEachCallback, AfterEachCallback {

    @Override
    public void beforeEach(ExtensionContext context) {
        store(context).put("before", Memory.liveTensors());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        long before = store(context).get("before", Long.class);
        long after = Memory.liveTensors();
        if (after > before) {
            throw new AssertionError("live tensors: " + before + " before the test, " + after + " after it");
        }
    }

    private static Store store(ExtensionContext context) {
        return context.getStore(Namespace.create(NoTensorRemains.class));
    }
}
