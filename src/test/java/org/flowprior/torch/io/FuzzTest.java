package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files are read or refused, without another exception, and with memory and time that fit their size. */
@InScope
class FuzzTest {

    private static final int FILES = 4_000;
    private static final long[] NUMBERS = {0, 1, -1, 8, 255, 256, 0xffff, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE,
        0xffffffffL, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE / 8};
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path folder;

    private int read;
    private int refused;

    @Test
    void safetensors() throws IOException {
        run(FILES, seeds("all.safetensors", "odd-header.safetensors"), this::write, Safetensors::read,
                Safetensors::load);
    }

    @Test
    void pt() throws IOException {
        run(FILES, seeds("tree.pt", "views.pt", "checkpoint.pt", "tree-protocol4.pt", "tree-legacy.pth",
                "views-legacy.pth", "pytorch01.pth"),
                this::write, PtFile::read, PtFile::load);
    }

    /** Damages the pickle only; in whole files, the checks of the zip container often hide such damage. */
    @Test
    void pickles() throws IOException {
        for (String name : List.of("tree.pt", "views.pt", "checkpoint.pt", "leaves.pt", "tree-protocol4.pt")) {
            Map<String, byte[]> members = unzipped(Resources.path("torch/io/" + name));
            String pickle = members.keySet().stream().filter(n -> n.endsWith("/data.pkl")).findFirst().orElseThrow();
            run(FILES / 8, List.of(members.get(pickle)), mutant -> {
                members.put(pickle, mutant);
                return write(zipped(members));
            }, PtFile::read, PtFile::load);
        }
    }

    @Test
    void npy() throws IOException {
        run(FILES, seeds("c.npy", "fortran.npy", "version2.npy"), this::write, Npy::read);
    }

    @Test
    void npz() throws IOException {
        run(FILES / 4, seeds("stored.npz", "deflated.npz"), this::write, Npz::read);
    }

    private static List<byte[]> seeds(String... names) throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        for (String name : names) {
            seeds.add(Resources.bytes("torch/io/" + name));
        }
        return seeds;
    }

    private Path write(byte[] content) {
        try {
            return Files.write(folder.resolve("x"), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, byte[]> unzipped(Path file) throws IOException {
        Map<String, byte[]> members = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                members.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        return members;
    }

    /** Makes a zip file without the force to the disk of {@link AtomicFiles}. */
    private static byte[] zipped(Map<String, byte[]> members) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> member : members.entrySet()) {
                CRC32 crc = new CRC32();
                crc.update(member.getValue());
                ZipEntry entry = new ZipEntry(member.getKey());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(member.getValue().length);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(member.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    @SafeVarargs
    private void run(int files, List<byte[]> seeds, Function<byte[], Path> writer, Consumer<Path>... readers) {
        for (byte[] seed : seeds) {
            // The first reading loads classes, so it is not measured.
            readers[0].accept(writer.apply(seed));
        }
        TensorFiles.list(writer.apply(seeds.get(0)));
        read = 0;
        refused = 0;
        for (int i = 0; i < files; i++) {
            SplittableRandom random = new SplittableRandom(i);
            byte[] mutant = mutate(seeds, random);
            Path file = writer.apply(mutant);
            examine(i, file, readers[i % readers.length]);
            if (i % 8 == 0) {
                examine(i, file, TensorFiles::list);
            }
        }
        assertThat(read).as("read").isGreaterThan(files / 100);
        assertThat(refused).as("refused").isGreaterThan(files / 4);
    }

    private void examine(int number, Path file, Consumer<Path> reader) {
        Memory.resetPeak();
        long size = file.toFile().length();
        long memory = Memory.cpuBytes();
        long heap = THREADS.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        try (Scope scope = Scope.open()) {
            reader.accept(file);
            read++;
        } catch (FormatException e) {
            refused++;
            assertThat(e.getMessage()).as("file " + number).startsWith(file + ": ").doesNotContain("\n");
        } catch (Throwable e) {
            throw new AssertionError("file " + number + ": " + e, e);
        }
        // libtorch rounds each tensor up to 64 bytes.
        assertThat(Memory.cpuPeakBytes() - memory).as("native bytes for file " + number).isLessThan(2 * size + 16_384);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - heap).as("heap bytes for file " + number)
                .isLessThan(100 * size + (4 << 20));
        assertThat(System.nanoTime() - start).as("nanoseconds for file " + number).isLessThan(5_000_000_000L);
    }

    private static byte[] mutate(List<byte[]> seeds, SplittableRandom random) {
        byte[] data = seeds.get(random.nextInt(seeds.size())).clone();
        int rounds = 1 + random.nextInt(3);
        for (int i = 0; i < rounds && data.length > 0; i++) {
            data = switch (random.nextInt(6)) {
                case 0 -> flipBits(data, random);
                case 1 -> Arrays.copyOf(data, random.nextInt(data.length));
                case 2, 3 -> overwriteNumber(data, random);
                case 4 -> splice(data, seeds.get(random.nextInt(seeds.size())), random);
                default -> remove(data, random);
            };
        }
        return data;
    }

    private static byte[] flipBits(byte[] data, SplittableRandom random) {
        for (int n = 1 + random.nextInt(8); n > 0; n--) {
            data[random.nextInt(data.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return data;
    }

    private static byte[] overwriteNumber(byte[] data, SplittableRandom random) {
        int width = 1 << random.nextInt(4);
        // Lengths stand at the start of most formats and at the end of zip files.
        int place = switch (random.nextInt(3)) {
            case 0 -> random.nextInt(Math.min(16, data.length));
            case 1 -> Math.max(0, data.length - 1 - random.nextInt(32));
            default -> random.nextInt(data.length);
        };
        long number = NUMBERS[random.nextInt(NUMBERS.length)];
        for (int i = 0; i < width && place + i < data.length; i++) {
            data[place + i] = (byte) (number >> 8 * i);
        }
        return data;
    }

    private static byte[] splice(byte[] data, byte[] other, SplittableRandom random) {
        int from = random.nextInt(other.length);
        int length = Math.min(1 + random.nextInt(64), other.length - from);
        int at = random.nextInt(data.length);
        boolean insert = random.nextInt(2) == 0;
        byte[] result = Arrays.copyOf(data, insert ? data.length + length : Math.max(data.length, at + length));
        if (insert) {
            System.arraycopy(data, at, result, at + length, data.length - at);
        }
        System.arraycopy(other, from, result, at, length);
        return result;
    }

    private static byte[] remove(byte[] data, SplittableRandom random) {
        int at = random.nextInt(data.length);
        int length = Math.min(1 + random.nextInt(32), data.length - at);
        byte[] result = Arrays.copyOf(data, data.length - length);
        System.arraycopy(data, at + length, result, at, data.length - at - length);
        return result;
    }
}
