package org.flowprior.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.flowprior.config.RequestException;
import org.flowprior.fixtures.SmallRun;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Flips a bit in a file of a checkpoint, or cuts the file, and resumes: either an error names what is damaged and changes
 * nothing, or the run ends with the same bytes. {@code FLOWPRIOR_MUTATIONS=2000} does that 2,000 times in all.
 */
class MutatedCheckpointsTest {

    private static final int MUTATIONS = Integer.parseInt(System.getenv().getOrDefault("FLOWPRIOR_MUTATIONS", "60"));
    private static final String CHECKPOINT = "checkpoints/step-00000002";
    private static final List<String> NEWER = List.of("checksums.json", "inputs.json", "config.json");

    @TempDir
    private Path place;

    private String mutate(Path file, SplittableRandom random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (random.nextInt(3) == 0) {
            int length = random.nextInt(bytes.length);
            Files.write(file, Arrays.copyOf(bytes, length));
            return file.getFileName() + " cut to " + length + " of " + bytes.length + " bytes";
        }
        int place = random.nextInt(bytes.length);
        int bit = random.nextInt(8);
        bytes[place] ^= (byte) (1 << bit);
        Files.write(file, bytes);
        return file.getFileName() + " with bit " + bit + " of byte " + place + " flipped";
    }

    private static Map<String, Long> content(Path run) throws IOException {
        Map<String, Long> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = run.relativize(file).toString();
                if (!name.startsWith("events.")) {
                    content.put(name, (long) Arrays.hashCode(Files.readAllBytes(file)));
                }
            }
        }
        return content;
    }

    /** Leaves out what has the time of training. */
    private static Map<String, Long> results(Path run) throws IOException {
        Map<String, Long> results = content(run);
        results.keySet().removeIf(name -> name.startsWith(CHECKPOINT) || name.endsWith("state.json")
                || name.endsWith("checksums.json") || name.equals("summary.json") || name.equals("config.json"));
        return results;
    }

    private static void deleteTree(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDamageIsNamedOrWithoutEffect(SmallRun kind) throws IOException {
        SmallRun.writeData(place);
        Path half = place.resolve("half");
        kind.trainHalf(place, half);
        Path run = place.resolve("run");
        SmallRun.copy(half, run);
        kind.train(place, run);
        Map<String, Long> whole = results(run);
        deleteTree(run);
        List<Path> files;
        try (Stream<Path> listed = Files.list(half.resolve(CHECKPOINT))) {
            files = listed.map(Path::getFileName).sorted().toList();
        }
        int named = 0;
        int same = 0;
        for (int i = 0; i < MUTATIONS / SmallRun.values().length + 1; i++) {
            SplittableRandom random = new SplittableRandom(31L * i + kind.ordinal());
            SmallRun.copy(half, run);
            Path file = run.resolve(CHECKPOINT).resolve(files.get(random.nextInt(files.size())));
            String mutation = mutate(file, random);
            Map<String, Long> before = content(run);
            try {
                kind.train(place, run);
                assertThat(results(run)).as(mutation).isEqualTo(whole);
                same++;
            } catch (RequestException e) {
                assertThat(e).as(mutation).hasMessageContaining(file.getParent() + " is damaged: ").message()
                        .matches(m -> m.contains(file.getFileName().toString()) || m.contains("checksums.json")
                                || file.endsWith("checksums.json"));
                assertThat(content(run)).as(mutation).isEqualTo(before);
                named++;
            }
            deleteTree(run);
        }
        System.out.println(kind + ": " + named + " named, " + same + " with the same result");
    }

    /** As older versions wrote them, a damage may go unnoticed, as before, but whatever is noticed is named. */
    @ParameterizedTest
    @EnumSource
    void withoutChecksumsWhatIsNoticedIsNamed(SmallRun kind) throws IOException {
        SmallRun.writeData(place);
        Path half = place.resolve("half");
        kind.trainHalf(place, half);
        for (String name : NEWER) {
            Files.delete(half.resolve(CHECKPOINT).resolve(name));
        }
        List<Path> files;
        try (Stream<Path> listed = Files.list(half.resolve(CHECKPOINT))) {
            files = listed.map(Path::getFileName).sorted().toList();
        }
        Path run = place.resolve("run");
        for (int i = 0; i < MUTATIONS / 6 + 1; i++) {
            SplittableRandom random = new SplittableRandom(77L * i + kind.ordinal());
            SmallRun.copy(half, run);
            Path file = run.resolve(CHECKPOINT).resolve(files.get(random.nextInt(files.size())));
            String mutation = mutate(file, random);
            try {
                kind.train(place, run);
            } catch (DivergedException e) {
                // weights that are not numbers: it is said at the first step
            } catch (RequestException | IllegalArgumentException e) {
                assertThat(e).as(mutation).hasMessageContaining(file.getParent().toString());
            }
            deleteTree(run);
        }
    }
}
