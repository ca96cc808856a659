package org.flowprior.cli.forward;

import java.util.HashMap;
import java.util.Map;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.vision.Vgg16;
import picocli.CommandLine.Command;

/** {@code flowprior forward vgg16}: the features that LPIPS compares. */
@Command(
        name = "vgg16",
        description = "The convolutions of VGG16. --weights: torchvision's vgg16-397923af.pth or one like it.",
        footerHeading = "%n",
        footer = {
            "Input:",
            "  x [B, 3, H, W]   images as the weights want them, H and W at least 16; nothing",
            "                   here normalises them",
            "Outputs, behind the last ReLU of each stage:",
            "  relu1_2 [B, 64, H, W], relu2_2 [B, 128, H/2, W/2],",
            "  relu3_3 [B, 256, H/4, W/4], relu4_3 [B, 512, H/8, W/8],",
            "  relu5_3 [B, 512, H/16, W/16]",
            "Config:",
            "  dtype            float32 (default) or float64",
            "",
            "Example:",
            "  flowprior forward vgg16 --weights vgg16-397923af.pth \\",
            "      --input images.safetensors --output features.safetensors"})
final class Vgg16Command extends ModuleCommand<Vgg16Command.Config> {

    /** The config's keys. */
    record Config(Numbers dtype) {}

    Vgg16Command() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (Vgg16 network = Vgg16.read(weights()); NoGrad noGrad = new NoGrad()) {
            network.to(in.dtype()).to(in.device());
            Tensor x = in.get("x", -1, 3, -1, -1);
            Map<String, Tensor> outputs = new HashMap<>();
            inPrecision(in, () -> {
                outputs.putAll(network.forward(x));
                return x;
            });
            return outputs;
        }
    }
}
