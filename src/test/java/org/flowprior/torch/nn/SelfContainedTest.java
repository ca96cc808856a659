package org.flowprior.torch.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SelfContainedTest {

    private static final class Box extends Module {
        void put(String name, Module child) {
            register(name, child);
        }
    }

    @Test
    void aModuleIsNotPutIntoItself() {
        try (Box outer = new Box()) {
            Box inner = new Box();
            assertThatThrownBy(() -> outer.put("self", outer)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'self' of Box is or contains this module");
            outer.put("inner", inner);
            assertThatThrownBy(() -> inner.put("outer", outer)).isInstanceOf(IllegalArgumentException.class);
            assertThat(outer.namedModules()).containsOnlyKeys("", "inner");
        }
    }
}
