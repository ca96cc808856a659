package org.flowprior.autoencoder;

import org.flowprior.torch.Generator;
import org.flowprior.vision.VisionTransformerConfig;

/** The ways from a decoder's tokens to pixels. The official runs have {@link #LINEAR}. */
public enum ToPixelKind {

    /** {@link ToPixelLinear}. */
    LINEAR {
        @Override
        ToPixel create(VisionTransformerConfig decoder, Generator generator) {
            return new ToPixelLinear(decoder, generator);
        }

        @Override
        long parameterCount(VisionTransformerConfig decoder) {
            return (decoder.width() + 1L) * patchValues(decoder);
        }
    },

    /** {@link ToPixelConv}. */
    CONV {
        @Override
        ToPixel create(VisionTransformerConfig decoder, Generator generator) {
            return new ToPixelConv(decoder, generator);
        }

        @Override
        long parameterCount(VisionTransformerConfig decoder) {
            return ToPixelConv.parameterCount(decoder);
        }
    },

    /** {@link ToPixelSiren}. */
    SIREN {
        @Override
        ToPixel create(VisionTransformerConfig decoder, Generator generator) {
            return new ToPixelSiren(decoder, generator);
        }

        @Override
        long parameterCount(VisionTransformerConfig decoder) {
            long width = decoder.width();
            return (width + 1) * 2 * width + (2 * width + 1) * patchValues(decoder);
        }
    },

    /** {@link ToPixelIdentity}. */
    IDENTITY {
        @Override
        ToPixel create(VisionTransformerConfig decoder, Generator generator) {
            return new ToPixelIdentity();
        }

        @Override
        long parameterCount(VisionTransformerConfig decoder) {
            return 0;
        }
    };

    abstract ToPixel create(VisionTransformerConfig decoder, Generator generator);

    abstract long parameterCount(VisionTransformerConfig decoder);

    /** Values of a patch: colours times pixels. */
    static long patchValues(VisionTransformerConfig decoder) {
        return 3L * decoder.patchSize() * decoder.patchSize();
    }
}
