package org.flowprior.data;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Draws images side by side in a PNG file, for example images above their reconstructions, eight in a row. */
public final class ImageGrid {

    /** Images in a row of the file. */
    public static final int COLUMNS = 8;

    private static final int GAP = 2;
    /** Pixels between one group of rows and the next. */
    private static final int WIDE_GAP = 8;

    private ImageGrid() {}

    /**
     * Writes the file, and replaces an existing one.
     *
     * @param rows images to put below each other: each floating point, [N, 3, H, W] in [-1, 1], on any device, all of
     *             one shape; images after the first {@link #COLUMNS} follow in groups further down
     * @throws IllegalArgumentException     for other shapes
     * @throws java.io.UncheckedIOException when the file cannot be written
     */
    public static void write(Path file, Tensor... rows) {
        write(file, COLUMNS, List.of(rows));
    }

    /** Writes as {@link #write(Path, Tensor...)}, with another number of images in a row. */
    public static void write(Path file, int columns, List<Tensor> rows) {
        long[] shape = rows.isEmpty() ? new long[0] : rows.getFirst().shape();
        if (columns < 1 || shape.length != 4 || shape[1] != 3 || rows.getFirst().numel() == 0
                || rows.stream().anyMatch(row -> !Arrays.equals(row.shape(), shape))) {
            throw new IllegalArgumentException("a grid of at least one column takes images [N, 3, H, W] of one shape, "
                    + "not " + rows.stream().map(Tensor::signature).toList() + " in " + columns + " columns");
        }
        PngFile.write(file, draw(columns, rows));
    }

    private static BufferedImage draw(int columns, List<Tensor> rows) {
        int count = Math.toIntExact(rows.getFirst().size(0));
        int height = Math.toIntExact(rows.getFirst().size(2));
        int width = Math.toIntExact(rows.getFirst().size(3));
        int across = Math.min(columns, count);
        int block = rows.size() * (height + GAP) - GAP;
        int blocks = (count + across - 1) / across;
        BufferedImage grid = new BufferedImage(across * (width + GAP) + GAP,
                blocks * (block + WIDE_GAP) - WIDE_GAP + 2 * GAP, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = grid.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, grid.getWidth(), grid.getHeight());
        graphics.dispose();
        for (int row = 0; row < rows.size(); row++) {
            byte[] levels = levels(rows.get(row));
            for (int i = 0; i < count; i++) {
                int left = GAP + i % across * (width + GAP);
                int top = GAP + i / across * (block + WIDE_GAP) + row * (height + GAP);
                int[] colours = RgbImage.colours(levels, i * height * width, height * width);
                grid.setRGB(left, top, width, height, colours, 0, width);
            }
        }
        return grid;
    }

    /** Returns red, green and blue of each pixel, image by image. */
    private static byte[] levels(Tensor images) {
        try (Scope scope = Scope.open()) {
            Tensor levels = Pixels.levels(images).permute(0, 2, 3, 1).contiguous();
            return levels.to(Device.CPU, levels.dtype()).toByteArray();
        }
    }
}
