package org.flowprior.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.flowprior.train.autoencoder.AutoencoderTrainingConfig;
import org.flowprior.train.flow.FlowTrainingConfig;
import org.flowprior.train.mar.MarTrainingConfig;
import org.flowprior.train.toy.ToyConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigKeyTest {

    private record Foreign(int steps) {}

    private static Stream<Class<? extends Record>> configs() {
        return Stream.of(ToyConfig.class, FlowTrainingConfig.class, AutoencoderTrainingConfig.class,
                MarTrainingConfig.class);
    }

    /** The resource says what the Javadoc says. */
    @Test
    void generatingAgainChangesNothing() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "tools/confighelp/ConfigMeanings.java", ".", "--check").redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    @ParameterizedTest
    @MethodSource("configs")
    void everyKeyHasAMeaning(Class<? extends Record> config) {
        assertThat(ConfigKey.of(config)).hasSizeGreaterThan(30)
                .allSatisfy(key -> assertThat(key.meaning()).as(key.name()).hasSizeGreaterThan(3)
                        .doesNotContain("{@", "\n", "<p>"));
    }

    @Test
    void aKeySaysWhatItIs() {
        List<ConfigKey> keys = ConfigKey.of(MarTrainingConfig.class);
        assertThat(keys).contains(
                new ConfigKey("data.cache", String.class, true, "directory of the cache to train on, made by encode"),
                new ConfigKey("model.head.width", int.class, false, "number of hidden channels"));
        ConfigKey head = keys.stream().filter(key -> key.name().equals("model.head")).findFirst().orElseThrow();
        assertThat(head.isGroup()).isTrue();
        assertThat(keys.indexOf(head)).isLessThan(keys.indexOf(keys.stream()
                .filter(key -> key.name().equals("model.head.width")).findFirst().orElseThrow()));
        assertThatThrownBy(() -> ConfigKey.of(Foreign.class)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Foreign.steps");
    }
}
