package org.flowprior.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.flowprior.config.MetadataText;
import org.flowprior.fixtures.Resources;
import org.junit.jupiter.api.Test;

/** Configs in the metadata of files, beside the texts that files have had from the beginning. */
class MarConfigTextTest {

    private static final List<MarConfig> CONFIGS = List.of(
            MarConfig.base(new LatentLayout.Sequence(64, 32)),
            MarConfig.large(new LatentLayout.Grid(16, 16, 8, 2)),
            new MarConfig(new LatentLayout.Sequence(4, 10), 192, 2, 3, 4, 1.0 / 3, 10, 2, false, 0, 1e-9, 0.1, 0,
                    new MarConfig.Head.Diffusion(3, 256, 1)));

    private static List<String> texts() {
        return Resources.text("mar/config-metadata.txt").lines().toList();
    }

    private static MarConfig read(String text) {
        return MetadataText.read(MarConfig.class, text, "mar", "generator");
    }

    @Test
    void textsAreWrittenAndReadAsEver() {
        assertThat(CONFIGS.stream().map(MetadataText::of).toList()).isEqualTo(texts());
        assertThat(texts().stream().map(MarConfigTextTest::read).toList()).isEqualTo(CONFIGS);
    }

    @Test
    void whatIsMissingIsNamed() {
        String text = texts().getFirst();
        assertThatThrownBy(() -> read(text.replace("\"flow\"", "\"other\"")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the metadata 'mar' holds no generator's config: it has no 'flow'");
    }
}
