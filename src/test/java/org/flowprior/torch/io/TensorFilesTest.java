package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@InScope
class TensorFilesTest {

    @TempDir
    Path folder;

    private static List<String> lines(Path file) {
        return TensorFiles.list(file).stream().map(Object::toString).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"all.safetensors", "views.pt", "views-legacy.pth", "stored.npz", "deflated.npz"})
    void aListTellsWhatReadingWouldGiveAndLoadsNothing(String name) throws IOException {
        Path file = Files.write(folder.resolve("no-extension"), Resources.bytes("torch/io/" + name));
        long bytes = Memory.cpuBytes();
        List<TensorFiles.Entry> entries = TensorFiles.list(file).stream().filter(TensorFiles.Entry::isTensor).toList();
        assertThat(Memory.cpuBytes()).isEqualTo(bytes);

        TensorFiles.readAll(file).forEach((key, t) -> assertThat(entries).anySatisfy(e -> {
            assertThat(e.name()).isEqualTo(key);
            assertThat(e.dtype()).isEqualTo(t.dtype());
            assertThat(e.shape()).isEqualTo(t.shape());
            assertThat(e.bytes()).isEqualTo(t.numel() * t.dtype().bytes());
        }));
    }

    @Test
    void aCheckpointIsListedWithItsScalars() {
        assertThat(lines(Resources.path("torch/io/checkpoint.pt"))).contains(
                "model.input_proj.weight float32[6, 4]",
                "optimizer.state.0.exp_avg float32[6, 4]",
                "optimizer.param_groups.0.betas = [0.9, 0.95]",
                "steps = 12000",
                "args.config = configs/flow.yaml",
                "args.resume = None",
                "ema.final.weight float32[4, 6]");
    }

    @Test
    void viewsAndMetadataAreListedAsSuch() {
        assertThat(lines(Resources.path("torch/io/views.pt")))
                .contains("row float32[8] part of a storage of 192 bytes");
        assertThat(lines(Resources.path("torch/io/all.safetensors"))).startsWith("__metadata__.format = pt");
        assertThat(lines(Resources.path("torch/io/fortran.npy"))).containsExactly("fortran int16[3, 5] Fortran order");
    }

    @Test
    void theTensorOfAnNpyFileGoesByTheNameOfTheFile() {
        assertThat(TensorFiles.readAll(Resources.path("torch/io/c.npy"))).containsOnlyKeys("c");
    }

    @Test
    void aDirectoryIsReadFileByFile() {
        Safetensors.write(folder.resolve("model.safetensors"), Map.of("w", Torch.ones(2)));
        Safetensors.write(folder.resolve("ema.safetensors"), Map.of("w", Torch.ones(3)));

        assertThat(lines(folder)).containsExactly("ema/w float32[3]", "model/w float32[2]");
        assertThat(TensorFiles.readAll(folder)).containsOnlyKeys("ema/w", "model/w");
    }

    @Test
    void whatIsNoTensorFileIsRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("x.txt"), "hello");
        byte[] tar = new byte[1024];
        System.arraycopy("ustar".getBytes(), 0, tar, 257, 5);
        Path old = Files.write(folder.resolve("old.pth"), tar);
        Path zip = Pickles.zip(folder.resolve("x.zip"), Map.of("readme.md", new byte[1]));

        assertThatThrownBy(() -> TensorFiles.list(text)).isExactlyInstanceOf(FormatException.class)
                .hasMessage(text + ": neither safetensors nor .pt, .pth, .npy or .npz");
        assertThatThrownBy(() -> TensorFiles.list(old)).hasMessage(
                old + ": a tar archive; save a .pt of PyTorch 0.1 that is in it again with torch.save");
        assertThatThrownBy(() -> TensorFiles.readAll(zip))
                .hasMessage(zip + ": neither .npz nor .pt: the zip file holds 'readme.md'");
        assertThatThrownBy(() -> TensorFiles.list(folder)).isExactlyInstanceOf(FormatException.class)
                .hasMessage(folder + ": this directory holds no .safetensors file");
        assertThatThrownBy(() -> TensorFiles.list(folder.resolve("y")))
                .hasMessage(folder.resolve("y") + ": cannot be read: no such file or directory");
    }
}
