package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.flowprior.torch.io.Pickles.global;
import static org.flowprior.torch.io.Pickles.storage;
import static org.flowprior.torch.io.Pickles.tensor;
import static org.flowprior.torch.io.Pickles.text;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.InScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@InScope
class MaliciousPickleTest {

    private static final String PROTOCOL = "\u0080\2";

    @TempDir
    Path folder;

    private static Arguments evil(String pickle, String reason) {
        return Arguments.of(pickle, reason);
    }

    static Stream<Arguments> pickles() {
        return Stream.of(
                evil(global("os", "system") + text("id") + "\u0085R",
                        "refused: the pickle wants os.system, which is not data"),
                evil(global("posix", "system") + text("id") + "\u0085R",
                        "refused: the pickle wants posix.system, which is not data"),
                evil(text("os") + text("system") + "\u0093" + text("id") + "\u0085R",
                        "refused: the pickle wants os.system, which is not data"),
                evil("(" + text("id") + "ios\nsystem\n", "refused: the pickle wants os.system, which is not data"),
                evil("(" + global("os", "system") + text("id") + "o",
                        "refused: the pickle wants os.system, which is not data"),
                evil("(" + global("collections", "OrderedDict") + "o",
                        "refused: the pickle has opcode 0x6f, which torch.save does not write"),
                evil(global("builtins", "eval") + text("1") + "\u0085R",
                        "refused: the pickle wants builtins.eval, which is not data"),
                evil(global("__builtin__", "eval") + text("1") + "\u0085R",
                        "refused: the pickle wants __builtin__.eval, which is not data"),
                evil(global("builtins", "getattr"), "refused: the pickle wants builtins.getattr, which is not data"),
                evil(global("torch.hub", "load"),
                        "refused: the pickle wants torch.hub.load, which is not data"),
                evil(global("torch", "load"), "refused: the pickle wants torch.load, which is not data"),
                evil(text("collections") + text("OrderedDict.__init__.__globals__") + "\u0093",
                        "refused: the pickle wants collections.OrderedDict.__init__.__globals__, which is not data"),
                evil("K\1K\2\u0093", "refused: the pickle names a function by something that is not a text"),
                evil(text("f") + ")R", "refused: the pickle calls something that is not a function"),
                evil(global("collections", "OrderedDict") + "]R",
                        "refused: the pickle calls something that is not a function"),
                evil(global("argparse", "Namespace") + ")R",
                        "refused: the pickle calls argparse.Namespace, which is not data"),
                evil(global("torch", "Tensor") + ")\u0081",
                        "refused: the pickle makes an object of torch.Tensor"),
                evil(text("x") + ")\u0081", "refused: the pickle makes an object of something that is not a class"),
                evil(global("argparse", "Namespace") + text("x") + "\u0085}\u0092",
                        "refused: the pickle makes an object of argparse.Namespace"),
                evil("}" + "}b", "refused: the pickle sets the state of plain data"),
                evil(tensor(storage("FloatStorage", "0", 0), 0, 0, 1) + "}b",
                        "refused: the pickle sets the state of plain data"),
                evil(global("collections", "OrderedDict") + "}b",
                        "refused: the pickle sets the state of plain data"),
                evil(global("torch.nn.parameter", "Parameter") + ")\u0081",
                        "refused: the pickle holds a function, a class or a bare storage as a value"),
                evil(global("torch.nn.parameter", "Parameter") + ")\u0081}b",
                        "the pickle calls torch.nn.parameter.Parameter with arguments of the wrong kind"),
                evil("\u0082\1", "refused: the pickle wants an extension by number, which is not data"),
                evil("\u0083\1\1", "refused: the pickle wants an extension by number, which is not data"),
                evil("\u0084\1\1\1\1", "refused: the pickle wants an extension by number, which is not data"),
                evil("Pos.system\n", "refused: the pickle has opcode 0x50, which torch.save does not write"),
                evil(text("storage") + "Q", "refused: the pickle refers to something outside it that is not a storage"),
                evil("(" + text("module") + global("collections", "OrderedDict") + text("f") + text("source") + "NtQ",
                        "refused: the pickle refers to something outside it that is not a storage"),
                evil("(" + text("storage") + global("collections", "OrderedDict") + text("0") + text("cpu") + "K\1tQ",
                        "refused: the pickle refers to something outside it that is not a storage"),
                evil(storage("FloatStorage", "0", 1),
                        "refused: the pickle holds a function, a class or a bare storage as a value"),
                evil("](" + global("collections", "OrderedDict") + "e",
                        "refused: the pickle holds a function, a class or a bare storage as a value"),
                evil("}" + text("k") + global("torch", "FloatStorage") + "\u0085s",
                        "refused: the pickle holds a function, a class or a bare storage as a value"),
                evil("}])s", "a key of a dict or set in the pickle is not a text and not a number"),
                evil(tensor(storage("FloatStorage", "../../etc/passwd", 1), 0, 1, 1),
                        "storage '../../etc/passwd' should have 4 bytes, and is missing"),
                evil(tensor(storage("FloatStorage", "0", 200), 0, 200, 1),
                        "storage '0' should have 800 bytes, the file has 16"),
                evil(tensor(storage("FloatStorage", "0", 4), 0, 5, 1),
                        "a tensor of the pickle reaches past the end of its storage '0'"),
                evil(tensor(storage("FloatStorage", "0", 4), 2, 3, 1),
                        "a tensor of the pickle reaches past the end of its storage '0'"),
                evil(tensor(storage("FloatStorage", "0", 4), 0, 3, 2),
                        "a tensor of the pickle reaches past the end of its storage '0'"),
                evil("h\7", "the pickle is damaged: it recalls what it has not remembered"),
                evil("t", "the pickle is damaged: a mark is missing"),
                evil("", "the pickle is damaged: it takes what it has not made"),
                evil("N(0", "the pickle is damaged: it takes what it has not made"),
                evil("\u008d\377\377\377\377\377\377\377\177", "the pickle is cut short or damaged"),
                evil("X\377\377\377\377", "the pickle is cut short or damaged"),
                evil("\u008b\377\377\377\377", "the pickle is cut short or damaged"));
    }

    @ParameterizedTest
    @MethodSource("pickles")
    void aPickleThatWantsMoreThanDataIsRefused(String pickle, String reason) {
        Path file = Pickles.zip(folder.resolve("x.pt"), Map.of("a/data.pkl", Pickles.bytes(PROTOCOL + pickle + "."),
                "a/data/0", new byte[16]));

        assertThatThrownBy(() -> PtFile.read(file)).isExactlyInstanceOf(FormatException.class)
                .hasMessage(file + ": " + reason);
    }

    /** The same pickle that Python's own reader would run, in the container of before PyTorch 1.6. */
    @Test
    void theOlderContainerIsNoWayAround() throws IOException {
        ByteArrayOutputStream legacy = new ByteArrayOutputStream();
        legacy.writeBytes(Pickles.bytes(PROTOCOL + "\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019."));
        legacy.writeBytes(Pickles.bytes(PROTOCOL + "M\351\3." + PROTOCOL + "}."));
        legacy.writeBytes(Pickles.bytes(PROTOCOL + global("os", "system") + text("id") + "\u0085R."));
        Path file = Files.write(folder.resolve("x.pth"), legacy.toByteArray());

        assertThatThrownBy(() -> PtFile.read(file)).isExactlyInstanceOf(FormatException.class)
                .hasMessage(file + ": refused: the pickle wants os.system, which is not data");
        assertThatThrownBy(() -> TensorFiles.list(file)).isExactlyInstanceOf(FormatException.class);
    }

    @Test
    void aListInsideItselfIsReadAndListedOnce() {
        // l = []; l.append(l)
        Path file = Pickles.pt(folder.resolve("x.pt"), Pickles.bytes(PROTOCOL + "]q\0h\0a."));
        List<?> list = (List<?>) PtFile.read(file);

        assertThat(list.get(0) == list).isTrue();
        assertThat(TensorFiles.list(file).toString()).isEqualTo("[0 = the same as '']");
    }

    @Test
    void listsThatDoubleAtEachLevelAreListedInNoTime() {
        StringBuilder pickle = new StringBuilder(PROTOCOL + "]q\0K\1a");
        for (int i = 1; i < 60; i++) {
            pickle.append("]q").append((char) i).append("h").append((char) (i - 1)).append("a")
                    .append("h").append((char) (i - 1)).append("a");
        }
        Path file = Pickles.pt(folder.resolve("x.pt"), Pickles.bytes(pickle + "."));

        assertThat((List<?>) PtFile.read(file)).hasSize(2);
        assertThat(assertTimeoutPreemptively(Duration.ofSeconds(5), () -> TensorFiles.list(file))).hasSizeLessThan(200);
    }

    @Test
    void aHundredThousandListsInsideEachOtherAreReadAndListed() {
        byte[] pickle = Pickles.bytes(PROTOCOL + "]".repeat(100_000) + "a".repeat(99_999) + ".");
        Path file = Pickles.pt(folder.resolve("x.pt"), pickle);

        assertThat((List<?>) PtFile.read(file)).hasSize(1);
        assertThat(TensorFiles.list(file)).singleElement()
                .satisfies(e -> assertThat(e.note()).isEqualTo("1 parts, too deep to list"));
    }

    @Test
    void copiesAskedForAgainAndAgainAreRefused() {
        // d = OrderedDict([[0, 0], [1, 0], …]), 255 pairs, called 10,000 times.
        StringBuilder pickle = new StringBuilder(PROTOCOL + global("collections", "OrderedDict") + "q\0](");
        for (int i = 0; i < 255; i++) {
            pickle.append("](K").append((char) i).append("K\0e");
        }
        pickle.append("e\u0085q\1").append("h\0h\1R0".repeat(10_000)).append("N.");
        Path file = Pickles.pt(folder.resolve("x.pt"), Pickles.bytes(pickle.toString()));

        assertThatThrownBy(() -> PtFile.read(file)).isExactlyInstanceOf(FormatException.class)
                .hasMessage(file + ": refused: the pickle unfolds to more than it holds");
    }

    /** A pickle of a gigabyte of zeros, in a megabyte. */
    @Test
    void aCompressedPickleThatUnfoldsIsRefusedBeforeItDoes() throws IOException {
        Path file = folder.resolve("x.pt");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("a/data.pkl"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 1024; i++) {
                zip.write(zeros);
            }
        }

        assertThatThrownBy(() -> PtFile.read(file)).isExactlyInstanceOf(FormatException.class)
                .hasMessage(file + ": refused: its compressed pickle unfolds to 1073741824 bytes");
    }

    /** Each byte of these pickles asks for an object of a hundred bytes. */
    @ParameterizedTest
    @ValueSource(strings = {"]", "}", "\u008f", "(", "](e", "c_\n_\n)R"})
    void objectsAreCountedBeforeTheyFillTheMemory(String opcodes) throws IOException {
        Path file = folder.resolve("x.pt");
        byte[] pickle = Pickles.bytes(PROTOCOL + opcodes.repeat((16 << 20) / opcodes.length()) + "N.");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("a/data.pkl"));
            zip.write(pickle);
        }

        assertThatThrownBy(() -> PtFile.read(file)).isExactlyInstanceOf(FormatException.class).hasMessage(file
                + ": refused: the pickle unfolds to more objects than a file of this size may have");
    }

    @Test
    void containersOfAnotherKindAreNamed() {
        byte[] none = Pickles.bytes(PROTOCOL + "N.");
        Path script = Pickles.zip(folder.resolve("s.pt"), Map.of("a/data.pkl", none, "a/constants.pkl", none));
        Path big = Pickles.zip(folder.resolve("b.pt"), Map.of("a/data.pkl", none, "a/byteorder", Pickles.bytes("big")));
        Path two = Pickles.zip(folder.resolve("t.pt"), Map.of("a/data.pkl", none, "b/data.pkl", none));

        assertThatThrownBy(() -> PtFile.read(script))
                .hasMessage(script + ": a TorchScript archive; ScriptModule loads it");
        assertThatThrownBy(() -> PtFile.read(big))
                .hasMessage(big + ": written on a big-endian machine, which flowprior does not read");
        assertThatThrownBy(() -> PtFile.read(two)).hasMessage(two + ": not a .pt file: the zip file holds 2 data.pkl");
        Path safetensors = Resources.path("torch/io/all.safetensors");
        assertThatThrownBy(() -> PtFile.read(safetensors)).hasMessage(safetensors
                + ": not a .pt file: neither a zip file nor the older format of torch.save");
    }
}
