package org.flowprior.cli.forward;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.autoencoder.Lpips;
import org.flowprior.config.RequestException;
import org.flowprior.torch.Autograd;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward lpips}: the perceptual distance of images and its gradient. */
@Command(
        name = "lpips",
        description = "LPIPS over VGG16, without the dropout that the official training leaves on, and its gradient. "
                + "--weights: torchvision's vgg16-397923af.pth with the config's heads, or one file of all, under "
                + "net., lin and scaling_layer.",
        footerHeading = "%n",
        footer = {
            "Inputs:",
            "  x [B, 3, H, W]   images in [-1, 1], H and W at least 16",
            "  y [B, 3, H, W]   what they are compared with",
            "Outputs:",
            "  distance [B]",
            "  grad             gradient of the mean distance with respect to y",
            "Config:",
            "  heads            the file of the channel weights, vgg.pth of LPIPS 0.1;",
            "                   empty (default) where --weights has them",
            "  dtype            float32 (default) or float64",
            "",
            "Example:",
            "  echo '{\"heads\": \"vgg.pth\"}' > lpips.json",
            "  flowprior forward lpips --weights vgg16-397923af.pth -c lpips.json \\",
            "      --input pairs.safetensors --output distances.safetensors"})
final class LpipsCommand extends ModuleCommand<LpipsCommand.Config> {

    /** The config's keys. */
    record Config(String heads, Numbers dtype) {}

    LpipsCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        if (!config.heads().isEmpty() && !Files.exists(Path.of(config.heads()))) {
            throw new RequestException("lpips: there is no file " + config.heads()
                    + ", which the config names as heads");
        }
        try (Lpips lpips = config.heads().isEmpty() ? Lpips.read(weights())
                : Lpips.of(weights(), Path.of(config.heads()))) {
            lpips.to(in.dtype()).to(in.device());
            Tensor x = in.get("x", -1, 3, -1, -1);
            Tensor y = in.get("y", x.shape()).detach().clone().requiresGrad_(true);
            Tensor distance = inPrecision(in, () -> lpips.forward(x, y)).flatten();
            Tensor gradient = Autograd.grad(distance.mean(), List.of(y)).getFirst();
            return new HashMap<>(Map.of("distance", distance, "grad", gradient));
        }
    }
}
