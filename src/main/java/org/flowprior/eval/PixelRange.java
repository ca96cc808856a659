package org.flowprior.eval;

import org.flowprior.data.Pixels;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.vision.ImageNetNormalization;

/** The numbers that stand for the 256 levels of a pixel in a network's input. */
public enum PixelRange {

    /** 0 to 255, uint8; levels in between, of resized images, are rounded half to even. */
    UINT8 {
        @Override
        Tensor values(Tensor levels) {
            return levels.round().to(DType.UINT8);
        }
    },

    /** 0 to 255, float32. */
    LEVELS {
        @Override
        Tensor values(Tensor levels) {
            return levels;
        }
    },

    /** [0, 1], float32. */
    UNIT {
        @Override
        Tensor values(Tensor levels) {
            return levels.div(255);
        }
    },

    /** [-1, 1], float32. */
    SYMMETRIC {
        @Override
        Tensor values(Tensor levels) {
            return Pixels.values(levels);
        }
    },

    /** {@link #SYMMETRIC} after {@link ImageNetNormalization}, float32. */
    IMAGENET {
        @Override
        Tensor values(Tensor levels) {
            return ImageNetNormalization.apply(SYMMETRIC.values(levels));
        }
    };

    abstract Tensor values(Tensor levels);

    /**
     * Converts levels into this range.
     *
     * @param levels float32 [B, 3, H, W] in [0, 255]
     * @return the same shape, in the innermost scope
     */
    public Tensor of(Tensor levels) {
        return Scope.returning(() -> values(levels));
    }
}
