package org.flowprior.cli.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.flowprior.data.ImageGrid;
import org.flowprior.data.Pixels;
import org.flowprior.data.RgbImage;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.NpzArray;

/** What is made of a whole directory of sampled images. */
final class SampleOutputs {

    /** Images of a class in the grid. */
    static final int GRID_COLUMNS = ImageGrid.COLUMNS;
    /** Classes in the grid. */
    static final int GRID_CLASSES = 32;

    private final SampleFolder folder;
    private final SampleLabels labels;

    SampleOutputs(SampleFolder folder, SampleLabels labels) {
        this.folder = folder;
        this.labels = labels;
    }

    /** A row of images for each of the first classes; with one image of each, the classes side by side. */
    void writeGrid(Path file) throws IOException {
        int shown = Math.min(GRID_COLUMNS, labels.perClass());
        int classes = Math.min(GRID_CLASSES, labels.classes().size());
        int[] images = IntStream.range(0, classes * shown)
                .map(i -> i / shown * labels.perClass() + i % shown).toArray();
        try (Scope scope = Scope.open()) {
            ImageGrid.write(file, shown == 1 ? GRID_COLUMNS : shown, List.of(values(images)));
        }
    }

    /** Those images, float32 [n, 3, H, W] in [-1, 1]. */
    Tensor values(int... images) throws IOException {
        try (Scope scope = Scope.open()) {
            List<Tensor> all = new ArrayList<>();
            for (int image : images) {
                RgbImage pixels = folder.read(image);
                all.add(Tensor.of(pixels.pixels(), pixels.height(), pixels.width(), 3));
            }
            return Pixels.values(Torch.stack(all).permute(0, 3, 1, 2)).contiguous().moveOutward();
        }
    }

    /**
     * All images as {@code arr_0}, uint8 [N, H, W, 3]. Their order is shuffled: ADM's evaluator scores pieces of 5,000
     * images by themselves, and each is to have all classes.
     */
    void writeNpz(Path file, long seed) throws IOException {
        int[] order = shuffled(labels.count(), seed);
        RgbImage first = folder.read(0);
        long[] shape = {order.length, first.height(), first.width(), 3};
        Iterable<ByteBuffer> pixels = () -> pixels(order);
        NpzArray.write(file, "arr_0", DType.UINT8, shape, pixels);
    }

    private Iterator<ByteBuffer> pixels(int[] order) {
        return IntStream.of(order).mapToObj(image -> {
            try {
                return ByteBuffer.wrap(folder.read(image).pixels());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }).iterator();
    }

    private static int[] shuffled(int count, long seed) {
        int[] order = IntStream.range(0, count).toArray();
        SplittableRandom random = new SplittableRandom(Seeds.derive(seed, "sample.npz"));
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }
}
