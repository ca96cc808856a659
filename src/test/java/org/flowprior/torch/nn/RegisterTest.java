package org.flowprior.torch.nn;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RegisterTest {

    private static final class Open extends Module {
        void add(String name, Module child) {
            register(name, child);
        }
    }

    @Test
    void aModuleIsNoPartOfItself() {
        try (Open outer = new Open(); Open inner = new Open()) {
            assertThatThrownBy(() -> outer.add("self", outer)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'self' of Open would be a part of itself");
            outer.add("inner", inner);
            assertThatThrownBy(() -> inner.add("outer", outer)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
