package org.flowprior.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedInceptionTest {

    @TempDir
    Path folder;

    /** The first example of FIPS 180-2, under the published name. */
    @Test
    void theContentDecidesAndNotTheName() throws IOException {
        Path file = Files.writeString(folder.resolve("weights-inception-2015-12-05-6726825d.pth"), "abc");

        assertThat(PublishedInception.sha256(file))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(PublishedInception.is(file)).isFalse();
    }
}
