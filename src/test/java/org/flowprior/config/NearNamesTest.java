package org.flowprior.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearNamesTest {

    private static final List<String> KNOWN = List.of("seed", "training.steps", "alignment.steps", "training.ema",
            "log.keepCheckpoints", "evaluation.k", "model.head.width", "train-flow", "--resume", "fig3", "fig4");

    @ParameterizedTest
    @CsvSource({"foo,", "x,", "k,evaluation.k", "dance,", "training.xyz,", "stesp,training.steps",
        "alignment.stesp,alignment.steps", "alignmnt.steps,alignment.steps", "keepcheckpoints,log.keepCheckpoints",
        "fig9,", "fig33,fig3", "train-flo,train-flow", "TRAIN-FLOW,train-flow", "--resum,--resume",
        "model.width,model.head.width",
        "model.head.wdth,model.head.width"})
    void aNameIsFoundIfItIsNear(String typed, String meant) {
        assertThat(NearNames.find(typed, KNOWN).orElse(null)).isEqualTo(meant);
    }
}
