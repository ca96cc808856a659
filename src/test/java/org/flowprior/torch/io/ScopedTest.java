package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test whose tensors live in one scope, behind which none may remain. */
abstract class ScopedTest {

    @TempDir
    Path folder;

    private long before;
    private Scope scope;

    @BeforeEach
    void openScope() {
        before = Memory.liveTensors();
        scope = Scope.open();
    }

    @AfterEach
    void closeScope() {
        scope.close();
        assertThat(Memory.liveTensors()).as("live tensors").isEqualTo(before);
    }
}
