package org.flowprior.autoencoder;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.LeakyReLU;
import org.flowprior.torch.nn.Sequential;

/** A residual block of the StyleGAN discriminator, [B, in, H, W] to [B, out, H/2, W/2]. */
final class StyleGanBlock extends Layer {

    private static final double SLOPE = 0.2;

    private final Conv2d shortcut;
    private final Sequential net;
    private final Sequential downsample;

    StyleGanBlock(long in, long out, Generator generator) {
        shortcut = register("conv_res", new Conv2d(in, out, Conv2d.Options.kernel(1).withStride(2), generator));
        Conv2d.Options padded = Conv2d.Options.kernel(3).withPadding(1);
        net = register("net", new Sequential(new Conv2d(in, out, padded, generator), new LeakyReLU(SLOPE),
                new Conv2d(out, out, padded, generator), new LeakyReLU(SLOPE)));
        downsample = register("downsample", new Sequential(new Blur(),
                new Conv2d(out, out, padded.withStride(2), generator)));
    }

    @Override
    public Tensor forward(Tensor x) {
        return Scope.returning(() -> net.forward(x).into(downsample::forward)
                .add(shortcut.forward(x)).div(Math.sqrt(2)));
    }

    /** Each channel under the binomial kernel 1 2 1 in both directions, the image mirrored at its edge. */
    private static final class Blur extends Layer {

        private final Tensor f;

        Blur() {
            f = registerBuffer("f", Tensor.of(new float[] {1, 2, 1}, 3), true);
        }

        @Override
        public Tensor forward(Tensor x) {
            return Scope.returning(() -> {
                long channels = x.size(1);
                Tensor kernel = f.unsqueeze(1).mul(f);
                Tensor weight = kernel.div(kernel.sum()).to(x.dtype()).expand(channels, 1, 3, 3);
                return Functional.conv2d(Functional.pad(x, new long[] {1, 1, 1, 1}, "reflect"), weight, null,
                        new long[] {1, 1}, new long[] {0, 0}, new long[] {1, 1}, channels);
            });
        }
    }
}
