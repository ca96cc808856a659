package org.flowprior.vision;

import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Bilinear resizing of TensorFlow 1, which FID requires: pixel i lies at i · in / out, edge pixels repeat beyond the
 * edge, and shrinking does not smooth. Agrees with {@code tf.image.resize_bilinear}
 * without {@code align_corners} and {@code half_pixel_centers}. Gradients flow.
 */
public final class TensorFlowResize {

    private TensorFlowResize() {}

    /** For each output pixel: the input pixels before and after it, and its distance from the first, in [0, 1). */
    private record Taps(Tensor low, Tensor high, Tensor fraction) {

        /** Computes coordinates in float32 for images of any dtype. */
        static Taps of(long in, long out, Tensor images) {
            long[] low = new long[Math.toIntExact(out)];
            long[] high = new long[low.length];
            float[] fraction = new float[low.length];
            float scale = (float) in / out;
            for (int i = 0; i < low.length; i++) {
                float coordinate = i * scale;
                low[i] = Math.min((long) coordinate, in - 1);
                high[i] = Math.min(low[i] + 1, in - 1);
                fraction[i] = coordinate - low[i];
            }
            Device device = images.device();
            return new Taps(Tensor.of(low).to(DType.INT64, device), Tensor.of(high).to(DType.INT64, device),
                    Tensor.of(fraction).to(images.dtype(), device));
        }

        Tensor along(Tensor images, int dim) {
            return Scope.returning(() -> {
                Tensor first = images.indexSelect(dim, low);
                Tensor weights = dim == 2 ? fraction.unsqueeze(1) : fraction;
                return images.indexSelect(dim, high).sub_(first).mul_(weights).add_(first);
            });
        }
    }

    /**
     * Resizes images, columns first.
     *
     * @param images [B, C, H, W], floating point or uint8, which becomes float32
     * @return [B, C, height, width], within the range of each image's values
     * @throws IllegalArgumentException for other shapes and dtypes, and for sizes below 1
     */
    public static Tensor bilinear(Tensor images, long height, long width) {
        boolean bytes = images.dtype() == DType.UINT8;
        if (images.dim() != 4 || images.numel() == 0 || !bytes && !images.dtype().isFloatingPoint()) {
            throw new IllegalArgumentException("resizing needs images [B, C, H, W], uint8 or floating point, not "
                    + images.signature());
        }
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("an image cannot be resized to " + height + " x " + width + " pixels");
        }
        return Scope.returning(() -> {
            Tensor x = bytes ? images.to(DType.FLOAT32) : images;
            Tensor columns = Taps.of(x.size(3), width, x).along(x, 3);
            return Taps.of(x.size(2), height, x).along(columns, 2);
        });
    }
}
