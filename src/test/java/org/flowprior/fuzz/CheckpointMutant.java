package org.flowprior.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.flowprior.config.RequestException;
import org.flowprior.fixtures.Banks;
import org.flowprior.train.flow.FlowTraining;
import org.flowprior.train.flow.FlowTrainingConfig;

/** A small run whose last checkpoint, or another of its files, is damaged, and which is then resumed. */
final class CheckpointMutant {

    private static final String RESULT = "prior.safetensors";
    private static CheckpointMutant whole;

    private final Path directory;
    private final FlowTrainingConfig config;
    private final List<Path> files;
    private final byte[] result;

    private CheckpointMutant() throws IOException {
        directory = Files.createTempDirectory("flowprior-fuzz-run");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
        Path bank = Banks.normal(directory.resolve("bank"), 60, 4, 1);
        config = new FlowTraining().config("quick", "data.bank=" + bank, "threads=1", "network.width=4",
                "network.blocks=1", "training.steps=4", "training.warmupSteps=1", "training.batch=8",
                "projection.kind=none", "evaluation.rows=10", "evaluation.references=20", "evaluation.sampleSteps=1",
                "evaluation.projections=1", "evaluation.neighbour=1", "log.every=1", "log.checkpointEvery=2");
        Path run = directory.resolve("whole");
        new FlowTraining().run(run, config);
        result = Files.readAllBytes(run.resolve(RESULT));
        try (Stream<Path> all = Files.walk(run)) {
            files = all.filter(Files::isRegularFile).map(run::relativize)
                    .filter(file -> !file.toString().matches("\\.lock|events.*|summary.json|" + RESULT)).sorted()
                    .toList();
        }
    }

    /**
     * Damages one file and resumes the run. The first byte says which file. Each three bytes after it are an edit: two
     * for the place, as a share of the file's length, and one that flips bits there, or cuts the file there if it is 0.
     *
     * @throws AssertionError unless the run ends with the same prior, or is refused in one line
     */
    static void examine(byte[] data) {
        if (data.length == 0) {
            return;
        }
        try {
            if (whole == null) {
                whole = new CheckpointMutant();
            }
            whole.resume(whole.files.get(Math.floorMod(data[0], whole.files.size())), data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] edited(byte[] content, byte[] edits) {
        byte[] edited = content;
        for (int i = 1; i + 2 < edits.length && edited.length > 0; i += 3) {
            int share = (edits[i] & 0xff) << 8 | edits[i + 1] & 0xff;
            int place = (int) ((long) share * edited.length >> 16);
            if (edits[i + 2] == 0) {
                edited = Arrays.copyOf(edited, place);
            } else {
                edited[place] ^= edits[i + 2];
            }
        }
        return edited;
    }

    private void resume(Path damaged, byte[] edits) throws IOException {
        Path run = directory.resolve("run");
        delete(run);
        copy(directory.resolve("whole"), run);
        Files.delete(run.resolve(RESULT));
        Files.write(run.resolve(damaged), edited(Files.readAllBytes(run.resolve(damaged)), edits));
        try {
            new FlowTraining().run(run, config);
        } catch (IllegalArgumentException | RequestException | UncheckedIOException | IOException e) {
            if (e.getMessage() == null || e.getMessage().contains("\n") || !e.getMessage().contains(run.toString())) {
                throw new AssertionError(damaged + ": not a line that names a file: " + e.getMessage(), e);
            }
            return;
        }
        if (!Arrays.equals(Files.readAllBytes(run.resolve(RESULT)), result)) {
            throw new AssertionError(damaged + ": another prior, without a word");
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()), LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    private static void delete(Path tree) {
        if (Files.exists(tree)) {
            try (Stream<Path> all = Files.walk(tree)) {
                all.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
