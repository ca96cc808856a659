package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.flowprior.torch.InScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@InScope
class SafetensorsRefusalTest {

    @TempDir
    Path folder;

    private static Arguments header(String json, String reason) {
        return Arguments.of(json, reason);
    }

    private static String tensor(String name, String dtype, String shape, String offsets) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets
                + "}";
    }

    /** Headers that eight bytes of data follow. */
    static Stream<Arguments> headers() {
        return Stream.of(
                header("{" + tensor("x", "F33", "[2]", "[0,8]") + "}",
                        "tensor 'x' has dtype F33, which flowprior does not read"),
                header("{" + tensor("x", "F32", "[3]", "[0,8]") + "}",
                        "tensor 'x' has 8 bytes, its shape and dtype take 12"),
                header("{" + tensor("x", "F32", "[1]", "[0,4]") + "}",
                        "4 bytes after the last tensor belong to no tensor"),
                header("{" + tensor("x", "F32", "[1]", "[4,8]") + "}",
                        "tensor 'x' lies at bytes 4 to 8 of 8, but must begin at 0 and end inside the data"),
                header("{" + tensor("x", "F32", "[2]", "[0,8]") + "," + tensor("y", "F32", "[1]", "[4,8]") + "}",
                        "tensor 'y' lies at bytes 4 to 8 of 8, but must begin at 8 and end inside the data"),
                header("{" + tensor("x", "F32", "[4]", "[0,16]") + "}",
                        "tensor 'x' lies at bytes 0 to 16 of 8, but must begin at 0 and end inside the data"),
                header("{" + tensor("x", "F32", "[2]", "[0,8]") + "," + tensor("x", "F32", "[2]", "[0,8]") + "}",
                        "the header has 'x' twice"),
                header("{" + tensor("x", "F32", "[-2]", "[0,8]") + "}", "tensor 'x': shape is not a list of sizes"),
                header("{" + tensor("x", "F32", "[2.0]", "[0,8]") + "}", "tensor 'x': shape is not a list of sizes"),
                header("{" + tensor("x", "F32", "[\"2\"]", "[0,8]") + "}", "tensor 'x': shape is not a list of sizes"),
                header("{" + tensor("x", "F32", "[4611686018427387904,4]", "[0,8]") + "}",
                        "tensor 'x': shape [4611686018427387904, 4] is too large"),
                header("{" + tensor("x", "F32", "[0,4611686018427387904,4]", "[0,0]") + "}",
                        "tensor 'x': shape [0, 4611686018427387904, 4] is too large"),
                header("{" + tensor("x", "F32", "[2]", "[0,8,8]") + "}",
                        "tensor 'x' lacks a dtype, a shape or two data_offsets"),
                header("{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":1}}",
                        "tensor 'x' has an unknown field 'more'"),
                header("{\"__metadata__\":{\"a\":1}}", "metadata 'a' is not a string"),
                header("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", "metadata 'a' comes twice"),
                header("{} {}", "the header is not valid JSON"),
                header("{'x':1}", "the header is not valid JSON"),
                header("{\"x\":", "the header ends inside its JSON"),
                header("[1]", "not a safetensors file: the header does not begin with {"),
                header("{\"\u00ff\":", "the header is not valid UTF-8"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void aWrongHeaderIsRefusedWithItsReason(String json, String reason) throws IOException {
        byte[] text = json.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + 8).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length)
                .put(text);

        assertRefused(file.array(), reason);
    }

    @Test
    void aHeaderLongerThanTheFileIsRefused() throws IOException {
        assertRefused(new byte[] {1, 2}, "not a safetensors file: 2 bytes, too short for a header");
        assertRefused(new byte[] {1, 2, 3, 4, 5, 6, 7, (byte) 0xff, '{'},
                "not a safetensors file, or cut short: a header of 18376663423120507393 bytes in a file of 9");
    }

    private void assertRefused(byte[] content, String reason) throws IOException {
        Path file = Files.write(folder.resolve("x.safetensors"), content);

        assertThatThrownBy(() -> Safetensors.read(file)).isExactlyInstanceOf(FormatException.class)
                .hasMessage(file + ": " + reason);
        assertThatThrownBy(() -> Safetensors.load(file)).hasMessage(file + ": " + reason);
        assertThatThrownBy(() -> Safetensors.header(file)).hasMessage(file + ": " + reason);
    }

    @Test
    void aMissingFileAndADirectoryAreNamed() {
        Path missing = folder.resolve("missing.safetensors");

        assertThatThrownBy(() -> Safetensors.read(missing)).isExactlyInstanceOf(UncheckedIOException.class)
                .hasMessage(missing + ": cannot be read: no such file or directory");
        assertThatThrownBy(() -> Safetensors.read(folder)).isExactlyInstanceOf(UncheckedIOException.class)
                .hasMessage(folder + ": cannot be read: it is a directory");
        assertThat(folder).isEmptyDirectory();
    }
}
