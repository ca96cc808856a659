package org.flowprior.autoencoder;

import java.util.function.BiFunction;
import java.util.function.ToLongFunction;
import org.flowprior.torch.Generator;
import org.flowprior.vision.VisionTransformerConfig;

/** How a decoder's tokens become pixels. The official runs use {@link #LINEAR}. */
public enum ToPixelKind {

    /** A linear layer gives each token its patch. */
    LINEAR(ToPixel.ByLinear::new, ToPixel.ByLinear::parameterCount),

    /** Convolutions double the grid of tokens four times, for patches of 16 pixels. */
    CONV(ToPixel.ByConvolutions::new, ToPixel.ByConvolutions::parameterCount),

    /** Two layers, each with a sine after it (Sitzmann et al., 2020); the values of all tokens are one image. */
    SIREN(ToPixel.BySiren::new, ToPixel.BySiren::parameterCount),

    /** The tokens themselves, [B, patches, width]. */
    IDENTITY((decoder, generator) -> new ToPixel.ByIdentity(), decoder -> 0);

    private final BiFunction<VisionTransformerConfig, Generator, ToPixel> constructor;
    private final ToLongFunction<VisionTransformerConfig> parameters;

    ToPixelKind(BiFunction<VisionTransformerConfig, Generator, ToPixel> constructor,
            ToLongFunction<VisionTransformerConfig> parameters) {
        this.constructor = constructor;
        this.parameters = parameters;
    }

    ToPixel create(VisionTransformerConfig decoder, Generator generator) {
        return constructor.apply(decoder, generator);
    }

    long parameterCount(VisionTransformerConfig decoder) {
        return parameters.applyAsLong(decoder);
    }
}
