package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test whose tensors live in one scope, behind which none may remain. */
@InScope
abstract class ScopedTest {

    @TempDir
    Path folder;

    private long before;

    @BeforeEach
    void openScope() {
        before = Memory.liveTensors();
    }

    @AfterEach
    void closeScope() {
        assertThat(Memory.liveTensors()).as("live tensors").isEqualTo(before);
    }
}
