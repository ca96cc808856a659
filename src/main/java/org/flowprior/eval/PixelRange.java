package org.flowprior.eval;

import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.vision.ImageNetNormalization;

/** How a network wants the 256 levels of an image's pixels. */
public enum PixelRange {

    /** As they are, uint8; levels between are rounded. */
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
            return levels.div(255).sub_(0.5).div_(0.5);
        }
    },

    /** Without the mean and over the deviation of ImageNet, float32. */
    IMAGENET {
        @Override
        Tensor values(Tensor levels) {
            return ImageNetNormalization.apply(SYMMETRIC.values(levels));
        }
    };

    abstract Tensor values(Tensor levels);

    /**
     * The pixels in this range.
     *
     * @param levels float32 [B, 3, H, W] in [0, 255]
     * @return of that shape, in the innermost scope
     */
    Tensor of(Tensor levels) {
        return Scope.returning(() -> values(levels));
    }
}
