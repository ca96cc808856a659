package org.flowprior.vision;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Resizing of images that uses every pixel. Each kind is linear and separable: a matrix for rows and one for columns, see
 * {@link #matrix}. Gradients flow.
 */
public enum TensorResize {

    /**
     * Cubic convolution with a = -0.5, widened if the image shrinks: {@code interpolate(mode="bicubic",
     * antialias=True)} and Pillow's {@code BICUBIC} before it rounds. Values may leave the image's range.
     */
    BICUBIC {
        @Override
        void weigh(double[] row, int i, int out) {
            widened(row, i, out, 2, TensorResize::cubic);
        }
    },

    /** Mean over the pixels that an output pixel touches: {@code interpolate(mode="area")}, adaptive pooling. */
    AREA {
        @Override
        void weigh(double[] row, int i, int out) {
            int from = (int) ((long) i * row.length / out);
            int to = (int) Math.ceilDiv((i + 1L) * row.length, out);
            Arrays.fill(row, from, to, 1.0 / (to - from));
        }
    },

    /** Mean over the pixels whose centres lie in an output pixel; nearest if the image grows: Pillow's {@code BOX}. */
    BOX {
        @Override
        void weigh(double[] row, int i, int out) {
            widened(row, i, out, 0.5, t -> t > -0.5 && t <= 0.5 ? 1 : 0);
        }
    };

    /** Writes the weights of output pixel i of {@code out} into a row of zeros. */
    abstract void weigh(double[] row, int i, int out);

    private static void widened(double[] row, int i, int out, double reach, DoubleUnaryOperator kernel) {
        double scale = (double) row.length / out;
        double widening = Math.max(scale, 1);
        double support = reach * widening;
        double centre = scale * (i + 0.5);
        int from = Math.max((int) (centre - support + 0.5), 0);
        int to = Math.min((int) (centre + support + 0.5), row.length);
        double sum = 0;
        for (int j = from; j < to; j++) {
            row[j] = kernel.applyAsDouble((j - centre + 0.5) / widening);
            sum += row[j];
        }
        for (int j = from; j < to; j++) {
            row[j] /= sum;
        }
    }

    private static double cubic(double t) {
        double x = Math.abs(t);
        if (x < 1) {
            return (1.5 * x - 2.5) * x * x + 1;
        }
        return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    }

    /**
     * Returns the matrix that resizes one dimension, float64 on the CPU.
     *
     * @return [out, in]; each row sums to 1
     * @throws IllegalArgumentException for sizes below 1
     */
    public Tensor matrix(int in, int out) {
        if (in < 1 || out < 1) {
            throw new IllegalArgumentException("an image cannot be resized from " + in + " to " + out + " pixels");
        }
        double[] values = new double[Math.multiplyExact(in, out)];
        for (int i = 0; i < out; i++) {
            double[] row = new double[in];
            weigh(row, i, out);
            System.arraycopy(row, 0, values, i * in, in);
        }
        return Tensor.of(values, out, in);
    }

    /**
     * Resizes images in their dtype, with or without autocast.
     *
     * @param images [..., H, W], floating point
     * @return [..., height, width]
     * @throws IllegalArgumentException for images without rows and columns or of whole numbers, and for sizes below 1
     */
    public Tensor apply(Tensor images, int height, int width) {
        if (images.dim() < 2 || !images.dtype().isFloatingPoint()) {
            throw new IllegalArgumentException("resizing needs floating-point images [..., H, W], not "
                    + images.signature());
        }
        return Scope.returning(() -> {
            try (Autocast exact = Autocast.off(images.device().type())) {
                Tensor columns = images.matmul(matrixFor(images, -1, width).transpose(0, 1));
                return matrixFor(images, -2, height).matmul(columns);
            }
        });
    }

    private Tensor matrixFor(Tensor images, int dim, int out) {
        return matrix(Math.toIntExact(images.size(dim)), out).to(images.dtype(), images.device());
    }
}
