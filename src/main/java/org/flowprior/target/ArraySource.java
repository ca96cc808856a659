package org.flowprior.target;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.TensorFiles;

/**
 * Reads the arrays of npy and npz files, file after file. An npz file with the array {@code moments} is a latent cached
 * by the official code.
 *
 * @param files       in the order of reading
 * @param description see {@link FeatureSource#description}
 * @param array       name of the array in each file; null for {@code moments} or, without it, the only array
 * @param layout      of the arrays
 * @param flip        whether {@code moments_flip} is read after {@code moments} of each file
 */
public record ArraySource(List<Path> files, String description, String array, FeatureLayout layout, boolean flip)
        implements FeatureSource {

    private static final String LATENT = "moments";
    private static final String FLIPPED_LATENT = "moments_flip";

    /**
     * Finds the files; see the record for the other parameters.
     *
     * @param places files, and directories that are searched recursively, in sorted order
     * @throws IllegalArgumentException for a directory without such files
     * @throws NoSuchFileException      for a place that does not exist
     * @throws IOException              when a directory cannot be read
     */
    public static ArraySource find(List<Path> places, String array, FeatureLayout layout, boolean flip)
            throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path place : places) {
            if (!Files.exists(place)) {
                throw new NoSuchFileException(place.toString());
            }
            files.addAll(Files.isDirectory(place) ? within(place) : List.of(place));
        }
        String names = places.stream().map(p -> p.getFileName().toString()).limit(3).collect(Collectors.joining(", "))
                + (places.size() > 3 ? ", …" : "");
        return new ArraySource(files, names + (array == null ? "" : ": " + array), array, layout, flip);
    }

    private static List<Path> within(Path directory) throws IOException {
        try (Stream<Path> walk = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
            List<Path> files = walk.filter(f -> f.toString().matches("(?i).*\\.np[yz]")).sorted().toList();
            if (files.isEmpty()) {
                throw new IllegalArgumentException("--arrays " + directory + " holds no .npy and no .npz file");
            }
            return files;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public long total() {
        return files.size();
    }

    @Override
    public String unit() {
        return "files";
    }

    @Override
    public void read(Sink sink) {
        boolean more = true;
        for (int i = 0; more && i < files.size(); i++) {
            try (Scope scope = Scope.open()) {
                more = read(files.get(i), i + 1, sink);
            }
        }
    }

    private boolean read(Path file, long done, Sink sink) {
        Map<String, Tensor> arrays = array == null ? TensorFiles.readAll(file)
                : TensorFiles.readAll(file, name -> name.equals(array) || flip && name.equals(FLIPPED_LATENT));
        return chosen(file, arrays).stream().allMatch(name -> {
            Tensor rows = layout.rows(arrays.get(name), file + ": array '" + name + "'");
            try {
                return sink.add(rows, done);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
            }
        });
    }

    private List<String> chosen(Path file, Map<String, Tensor> arrays) {
        String name = array != null ? array : arrays.containsKey(LATENT) ? LATENT
                : arrays.size() == 1 ? arrays.keySet().iterator().next() : null;
        if (name == null) {
            throw new IllegalArgumentException(file + ": holds "
                    + (arrays.isEmpty() ? "no array of numbers, but " + names(file)
                            : String.join(", ", arrays.keySet()) + "; --tensor says which"));
        }
        require(file, arrays, name);
        if (!flip) {
            return List.of(name);
        }
        if (!name.equals(LATENT)) {
            throw new IllegalArgumentException(file
                    + ": --flip goes with cached latents (moments and moments_flip), not with '" + name + "'");
        }
        require(file, arrays, FLIPPED_LATENT);
        return List.of(LATENT, FLIPPED_LATENT);
    }

    private static void require(Path file, Map<String, Tensor> arrays, String name) {
        if (!arrays.containsKey(name)) {
            throw new IllegalArgumentException(file + ": no array '" + name + "'; it holds " + names(file));
        }
    }

    private static String names(Path file) {
        return TensorFiles.list(file).stream().map(TensorFiles.Entry::name).collect(Collectors.joining(", "));
    }
}
