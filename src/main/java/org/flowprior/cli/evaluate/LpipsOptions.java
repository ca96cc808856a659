package org.flowprior.cli.evaluate;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.flowprior.autoencoder.Lpips;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.torch.Device;
import picocli.CommandLine.Option;

/** The options of {@code evaluate} for the weights of LPIPS. */
final class LpipsOptions {

    @Option(names = "--lpips", paramLabel = "FILE",
            description = "weights of LPIPS: one file with all, or torchvision's vgg16 with --lpips-heads")
    private Path weights;

    @Option(names = "--lpips-heads", paramLabel = "FILE", description = "the channel weights of LPIPS, vgg.pth")
    private Path heads;

    /** Returns true if weights are named. */
    boolean given() {
        return weights != null;
    }

    /** Reads LPIPS onto the device. */
    Lpips read(Device device) throws NoSuchFileException {
        FileArguments.requireFiles(weights, heads);
        Lpips lpips = heads == null ? Lpips.read(weights) : Lpips.of(weights, heads);
        lpips.to(device);
        lpips.eval();
        return lpips;
    }
}
