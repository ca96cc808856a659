package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;
import org.flowprior.vision.VisionTransformerWeights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A damaged weight file is named; the JVM and what it holds stay as they were. */
class DamagedWeightsTest {

    private static final VisionTransformerConfig TINY =
            new VisionTransformerConfig(16, 8, 64, 1, 1, 64, MlpType.GELU, 0, true);

    @TempDir
    private Path directory;

    /** Cuts the file, or changes bytes of its names, shapes and offsets; other bytes are only weights. */
    private static byte[] damage(byte[] file, int header, Random random) {
        if (random.nextInt(3) == 0) {
            return Arrays.copyOf(file, random.nextInt(file.length));
        }
        byte[] damaged = file.clone();
        boolean front = random.nextBoolean();
        for (int change = random.nextInt(1, 9); change > 0; change--) {
            int place = random.nextInt(header);
            damaged[front ? place : file.length - 1 - place] ^= (byte) random.nextInt(1, 256);
        }
        return damaged;
    }

    private int refused(Path file, int header, Consumer<Path> reader) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(file.getFileName().hashCode());
        int refused = 0;
        for (int i = 0; i < 250; i++) {
            Files.write(file, damage(whole, header, random));
            try (Scope scope = Scope.open()) {
                reader.accept(file);
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).contains(file.toString());
                refused++;
            }
        }
        return refused;
    }

    @Test
    void aThousandDamagedFilesAreNamed() throws IOException {
        Path ours = directory.resolve("autoencoder.safetensors");
        Path official = directory.resolve("0000001.pt");
        Path vit = directory.resolve("vit.safetensors");
        Path original = directory.resolve("vit.pth");
        long before = Memory.liveTensors();
        try (Generator generator = Generator.seeded(0);
                Autoencoder autoencoder = new Autoencoder(AutoencoderConfig.of(TINY, TINY, 4, 8), generator);
                VisionTransformer network = new VisionTransformer(TINY, generator)) {
            AutoencoderFile.write(ours, autoencoder);
            PtFile.write(official, Map.of("ema", autoencoder.stateDict()));
            Safetensors.write(vit, network.stateDict());
            PtFile.write(original, network.stateDict());
            Consumer<Path> autoencoders = file -> Autoencoder.read(file).close();
            Consumer<Path> backbones = file -> VisionTransformerWeights.read(file).loadInto(network);
            int refused = refused(ours, 6000, autoencoders) + refused(official, 3000, autoencoders)
                    + refused(vit, 2000, backbones) + refused(original, 1500, backbones);
            assertThat(refused).isGreaterThan(600);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
