package org.flowprior.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.io.NpzRows;

/**
 * The images in the array {@code arr_0} of an {@code .npz} file, without classes: uint8 [N, H, W, 3] in RGB, the format of
 * samples and references in ADM's evaluator, or grey ones, [N, H, W] or [N, H, W, 1]. Reads one image at a time, so that
 * the file may be larger than memory.
 */
public final class NpzImages implements ImageSource {

    /** The array's name. */
    public static final String ARRAY = "arr_0";

    private final NpzRows rows;
    private final String file;
    private final long[] shape;
    private final boolean grey;

    private NpzImages(Path file, NpzRows rows) {
        this.rows = rows;
        this.file = file.getFileName().toString();
        this.shape = rows.shape();
        this.grey = shape.length == 3 || shape.length == 4 && shape[3] == 1;
        if (rows.dtype() != DType.UINT8 || !grey && (shape.length != 4 || shape[3] != 3) || shape[0] == 0
                || shape[0] > Integer.MAX_VALUE || shape[1] == 0 || shape[2] == 0) {
            throw new IllegalArgumentException(file + ": '" + ARRAY + "' must hold images, uint8 [N, H, W, 3] or "
                    + "[N, H, W], not " + rows.dtype() + " " + Arrays.toString(shape));
        }
    }

    /**
     * Opens the file.
     *
     * @throws IllegalArgumentException     naming the file, when it holds no such array
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    public static NpzImages open(Path file) {
        NpzRows rows = NpzRows.open(file, ARRAY);
        try {
            return new NpzImages(file, rows);
        } catch (RuntimeException e) {
            rows.close();
            throw e;
        }
    }

    @Override
    public int size() {
        return (int) shape[0];
    }

    /** Returns the file's name with the index in the array. */
    @Override
    public String name(int index) {
        return file + "[" + index + "]";
    }

    @Override
    public int label(int index) {
        return 0;
    }

    @Override
    public List<String> classes() {
        return List.of("");
    }

    @Override
    public RgbImage image(int index) {
        byte[] row = rows.row(index);
        return new RgbImage((int) shape[2], (int) shape[1], grey ? threefold(row) : row);
    }

    private static byte[] threefold(byte[] greys) {
        byte[] pixels = new byte[Math.multiplyExact(3, greys.length)];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = greys[i / 3];
        }
        return pixels;
    }

    @Override
    public void close() {
        rows.close();
    }
}
