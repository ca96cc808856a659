package org.flowprior;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.autoencoder.Bottleneck;
import org.flowprior.autoencoder.IdentityBottleneck;
import org.flowprior.autoencoder.KlBottleneck;
import org.flowprior.autoencoder.Lpips;
import org.flowprior.autoencoder.Repa;
import org.flowprior.autoencoder.SoftVqBottleneck;
import org.flowprior.autoencoder.ToPixelKind;
import org.flowprior.autoencoder.VqBottleneck;
import org.flowprior.flow.FlowModelFile;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.mar.LatentLayout;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarConfig;
import org.flowprior.mar.MarFile;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.Module;
import org.flowprior.vision.Inception;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.Vgg16;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever reads a network gets all numbers of the file, and moves no random numbers. */
@InScope
class ReadersDrawNothingTest {

    private static final VisionTransformerConfig SMALL = new VisionTransformerConfig(32, 16, 64, 1, 1, 128,
            MlpType.SWIGLU, 0, true);

    @TempDir
    private Path directory;

    private record Case(String name, Function<Generator, Module> make, Function<Path, Module> read) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        Stream<Case> networks = Stream.of(
                new Case("velocity network", g -> new VelocityNetwork(new VelocityNetwork.Config(4, 3, 2, 16), g),
                        FlowModelFile::readNetwork),
                new Case("vision transformer", g -> new VisionTransformer(SMALL.withRegisters(4), g),
                        VisionTransformer::read),
                new Case("VGG16", Vgg16::new, Vgg16::read),
                new Case("LPIPS", Lpips::new, Lpips::read),
                new Case("Inception", Inception::new, Inception::read));
        Stream<Case> generators = Stream.of(new MarConfig.Head.Flow(1, 8, 1), new MarConfig.Head.Diffusion(1, 8, 1))
                .map(head -> new Case("generator " + head, g -> new Mar(new MarConfig(new LatentLayout.Sequence(6, 4),
                        64, 1, 1, 1, 4, 5, 3, true, 0.1, 0, 0, 0.7, head), g), MarFile::read));
        Stream<Case> autoencoders = Stream.of(new IdentityBottleneck.Options(true), KlBottleneck.Options.OFFICIAL,
                new SoftVqBottleneck.Options(2, 8, 0.07, true, 0.01), new VqBottleneck.Options(8, true, 0.25, 0))
                .map(ReadersDrawNothingTest::autoencoder);
        return Stream.of(networks, generators, autoencoders).flatMap(Function.identity());
    }

    private static Case autoencoder(Bottleneck.Options bottleneck) {
        AutoencoderConfig config = new AutoencoderConfig(SMALL, SMALL, 2, 4, bottleneck, ToPixelKind.SIREN,
                new Repa.Options(SMALL, 8, 0.1, Repa.Align.REPEAT));
        return new Case("autoencoder " + bottleneck, g -> new Autoencoder(config, g), AutoencoderFile::read);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void allNumbersAreTheFilesAndNoneIsDrawn(Case network) {
        Path file = directory.resolve("weights.safetensors");
        try (Generator generator = Generator.seeded(2); Generator standard = Generator.defaultOf(Device.CPU);
                Module written = network.make.apply(generator)) {
            switch (written) {
                case Mar mar -> MarFile.write(file, mar);
                case Autoencoder autoencoder -> AutoencoderFile.write(file, autoencoder);
                default -> Safetensors.write(file, written.stateDict(), Map.of());
            }
            Tensor before = standard.state();
            try (Module read = network.read.apply(file)) {
                assertThat(standard.state().equal(before)).as("the default generator stands where it stood").isTrue();
                assertThat(read.stateDict().keySet()).containsExactlyElementsOf(written.stateDict().keySet());
                for (Function<Module, Map<String, Tensor>> part : List.<Function<Module, Map<String, Tensor>>>of(
                        Module::namedParameters, Module::namedBuffers)) {
                    Map<String, Tensor> expected = part.apply(written);
                    part.apply(read)
                            .forEach((key, tensor) -> assertThat(tensor.equal(expected.get(key))).as(key).isTrue());
                }
            }
        }
    }
}
