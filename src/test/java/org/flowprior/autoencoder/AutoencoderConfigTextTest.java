package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.flowprior.config.MetadataText;
import org.flowprior.fixtures.Resources;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.Test;

/** Configs in the metadata of files, against the texts in files of all versions. */
class AutoencoderConfigTextTest {

    private static List<AutoencoderConfig> configs() {
        VisionTransformerConfig tiny = new VisionTransformerConfig(32, 8, 24, 2, 3, 48, MlpType.SWIGLU, 4, false);
        AutoencoderConfig small = AutoencoderConfig.of(tiny, tiny.withMlp(MlpType.GELU), 8, 6);
        return List.of(
                AutoencoderConfig.official(),
                small.withBottleneck(new IdentityBottleneck.Options(true)).withToPixel(ToPixelKind.SIREN),
                small.withBottleneck(new KlBottleneck.Options(1e-5)).withToPixel(ToPixelKind.IDENTITY),
                AutoencoderConfig.officialKl(),
                AutoencoderConfig.officialSoftVq(),
                small.withBottleneck(new VqBottleneck.Options(64, false, 0.125, 0.5))
                        .withRepa(new Repa.Options(tiny, 40, 2, Repa.Align.AVG_1D_SHUFFLE)),
                small.withBottleneck(new SoftVqBottleneck.Options(2, 64, 1.0 / 3, false, 1e-7)));
    }

    private static List<String> texts() {
        return Resources.text("autoencoder/config-metadata.txt").lines().toList();
    }

    private static AutoencoderConfig read(String text) {
        return MetadataText.read(AutoencoderConfig.class, text, "autoencoder", "autoencoder");
    }

    @Test
    void textsAreWrittenAndReadAsEver() {
        assertThat(configs().stream().map(MetadataText::of).toList()).isEqualTo(texts());
        assertThat(texts().stream().map(AutoencoderConfigTextTest::read).toList()).isEqualTo(configs());
    }

    @Test
    void whatIsMissingOrUnknownIsNamed() {
        String text = texts().getFirst();
        String start = "the metadata 'autoencoder' holds no autoencoder's config: ";
        assertThatThrownBy(() -> read(text.replace("identity", "none"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(start + "there is no bottleneck 'none'");
        assertThatThrownBy(() -> read(text.replace("latentTokens", "tokens")))
                .hasMessage(start + "it has no 'latentTokens'");
        assertThatThrownBy(() -> read(text.replace("LINEAR", "linear")))
                .hasMessage(start + "toPixel must be one of LINEAR, CONV, SIREN, IDENTITY, not \"linear\"");
        assertThatThrownBy(() -> read(text.replace("\"heads\":16", "\"heads\":15")))
                .hasMessage(start + "a vision transformer's width must be a multiple of its heads, not 1024 and 15");
        assertThatThrownBy(() -> read("[]")).hasMessage(start + "it does not hold a JSON object");
    }
}
