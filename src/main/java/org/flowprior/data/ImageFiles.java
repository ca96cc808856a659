package org.flowprior.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Images that are files of their own below a directory; the class is the first part of the relative path. */
final class ImageFiles implements ImageSource {

    private final Path directory;
    private final List<String> paths;
    private final List<String> classes;
    private final int[] labels;

    ImageFiles(Path directory, List<String> paths) {
        this.directory = directory;
        this.paths = paths;
        this.classes = ImageNames.sortedUnique(paths.stream().map(ImageNames::firstComponent).toList());
        Map<String, Integer> ranks = new HashMap<>();
        classes.forEach(name -> ranks.put(name, ranks.size()));
        this.labels = paths.stream().mapToInt(p -> ranks.get(ImageNames.firstComponent(p))).toArray();
    }

    @Override
    public int size() {
        return paths.size();
    }

    @Override
    public String name(int index) {
        return paths.get(index);
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public RgbImage image(int index) throws IOException {
        return ImageDecoder.decode(Files.readAllBytes(directory.resolve(paths.get(index))), paths.get(index));
    }
}
