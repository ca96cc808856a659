package org.flowprior.torch;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/**
 * Fails every test that leaves tensors behind, where it stands: left to the garbage collector, they would be freed
 * within some later test and spoil what that one counts. Registered in {@code META-INF/services}.
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
