package org.flowprior.eval;

import java.util.Arrays;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.vision.TensorResize;

/** Moves images of 8-bit levels to a network's device, in its size. */
final class LevelImages {

    private static final int LEVELS = 255;

    private LevelImages() {}

    /**
     * Converts the levels to float32, and resizes images of another size by the bicubic filter with antialiasing.
     *
     * @param images uint8 [B, 3, H, W]
     * @param size   pixels a side; null keeps the images' own
     * @return float32 [B, 3, size, size] in [0, 255]
     * @throws IllegalArgumentException for anything else
     */
    static Tensor on(Device device, Tensor images, Integer size) {
        if (images.dim() != 4 || images.size(1) != 3 || images.numel() == 0 || images.dtype() != DType.UINT8) {
            throw new IllegalArgumentException("features are of images [B, 3, H, W] in uint8, not "
                    + images.signature());
        }
        return Scope.returning(() -> {
            Tensor levels = images.to(device, DType.FLOAT32);
            if (size == null || Arrays.equals(new long[] {size, size}, new long[] {images.size(2), images.size(3)})) {
                return levels;
            }
            return TensorResize.BICUBIC.apply(levels, size, size).clamp_(0, LEVELS);
        });
    }
}
