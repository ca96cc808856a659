package org.flowprior.data.latents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.flowprior.fixtures.HashFill;
import org.flowprior.torch.Scope;
import org.junit.jupiter.api.Test;

class CacheMomentsTest {

    /** The specification's J.4: four latents of growing deviation, and the published factor's one over 1.5459186. */
    @Test
    void theGoldenDeviationsComeOut() {
        CacheMoments moments = new CacheMoments(8, false);
        for (int i = 0; i < 4; i++) {
            try (Scope scope = Scope.open()) {
                moments.add(HashFill.byPlace(300 + i, 1 + i, 0, 1, 1, 8), false);
            }
        }
        assertThat(moments.statistics().withinStd()).isCloseTo(1.5459186, within(1e-6));
        assertThat(1 / moments.statistics().withinStd()).isCloseTo(0.6468646, within(1e-6));
        assertThat(moments.statistics().pooledStd()).isCloseTo(1.5518355, within(1e-6));
    }
}
