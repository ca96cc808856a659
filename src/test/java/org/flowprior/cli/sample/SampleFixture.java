package org.flowprior.cli.sample;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.cli.Main;
import org.flowprior.generate.GeneratorFixture;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarConfig;
import org.flowprior.mar.MarFile;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.io.FileChecksum;

/** A tiny generator of five classes and its autoencoder in files, and {@code sample} with them. */
final class SampleFixture implements AutoCloseable {

    static final double SCALING = 0.5;
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    final Path directory;
    final Path autoencoderFile;
    final Autoencoder autoencoder;
    Path generatorFile;
    Path place;
    Mar mar;
    private final int threads = Libtorch.threads();
    private final Scope scope = Scope.open();

    SampleFixture(Path directory) {
        this.directory = directory;
        place = directory.resolve("images");
        generatorFile = directory.resolve("mar.safetensors");
        autoencoderFile = directory.resolve("ae.safetensors");
        autoencoder = GeneratorFixture.autoencoder(GeneratorFixture.TOKENS);
        AutoencoderFile.write(autoencoderFile, autoencoder);
        makeGenerator(new MarConfig.Head.Flow(1, 16, 1));
    }

    void makeGenerator(MarConfig.Head head) {
        if (mar != null) {
            mar.close();
        }
        mar = GeneratorFixture.mar(head);
        writeGenerator();
    }

    void changeGenerator() {
        try (NoGrad noGrad = new NoGrad()) {
            mar.parameters().getFirst().add_(1);
        }
        writeGenerator();
    }

    private void writeGenerator() {
        try {
            writeGenerator(FileChecksum.of(autoencoderFile));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the generator of latents of the autoencoder with that checksum; null: it does not say whose. */
    void writeGenerator(String checksum) {
        Map<String, String> metadata = new HashMap<>(Map.of(MarFile.SCALING, "0.5"));
        if (checksum != null) {
            metadata.put("provenance.autoencoderCrc32c", checksum);
        }
        MarFile.write(generatorFile, mar.config(), mar.stateDict(), metadata);
    }

    int run(Object... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of("sample", "--quiet", "--threads", "1", "--mar",
                generatorFile.toString(), "--autoencoder", autoencoderFile.toString(), "--out", place.toString()));
        Stream.of(args).map(Object::toString).forEach(all::add);
        return Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
    }

    Path image(int number) {
        return place.resolve("0000" + number + ".png");
    }

    List<byte[]> images(int count) throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            files.add(Files.readAllBytes(image(i)));
        }
        return files;
    }

    @Override
    public void close() {
        autoencoder.close();
        mar.close();
        Libtorch.setThreads(threads);
        scope.close();
    }
}
