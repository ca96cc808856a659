package org.flowprior.eval;

import java.util.function.UnaryOperator;
import org.flowprior.data.Pixels;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.vision.ImageNetNormalization;
import org.flowprior.vision.TensorResize;

/** The numbers that stand for the 256 levels of a pixel in a network's input. */
public enum PixelRange {

    /** 0 to 255, uint8; fractions, which resizing makes, are rounded half to even. */
    UINT8(levels -> levels.round().to(DType.UINT8)),
    /** 0 to 255, float32. */
    LEVELS(levels -> levels),
    /** [0, 1], float32. */
    UNIT(levels -> levels.div(255)),
    /** [-1, 1], float32. */
    SYMMETRIC(Pixels::values),
    /** {@link #SYMMETRIC} after {@link ImageNetNormalization}, float32. */
    IMAGENET(levels -> ImageNetNormalization.apply(Pixels.values(levels)));

    private static final int LARGEST = 255;

    private final UnaryOperator<Tensor> conversion;

    PixelRange(UnaryOperator<Tensor> conversion) {
        this.conversion = conversion;
    }

    /**
     * Converts levels into this range.
     *
     * @param levels float32 [B, 3, H, W] in [0, 255]
     * @return the same shape, in the innermost scope
     */
    public Tensor of(Tensor levels) {
        return Scope.returning(() -> conversion.apply(levels));
    }

    /**
     * Moves images to a device as float32, and resizes those of another size by the bicubic filter with antialiasing.
     *
     * @param images uint8 [B, 3, H, W]
     * @param size   pixels a side; null keeps the images' own
     * @return float32 [B, 3, size, size] in [0, 255]
     * @throws IllegalArgumentException for anything else
     */
    static Tensor levels(Tensor images, Device device, Integer size) {
        if (images.dim() != 4 || images.size(1) != 3 || images.numel() == 0 || images.dtype() != DType.UINT8) {
            throw new IllegalArgumentException("features are of images [B, 3, H, W] in uint8, not "
                    + images.signature());
        }
        return Scope.returning(() -> {
            Tensor levels = images.to(device, DType.FLOAT32);
            return size == null || size == images.size(2) && size == images.size(3) ? levels
                    : TensorResize.BICUBIC.apply(levels, size, size).clamp_(0, LARGEST);
        });
    }
}
