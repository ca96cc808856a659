package org.flowprior.cli.forward;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.Tensor;
import org.flowprior.vision.Inception;
import picocli.CommandLine.Command;

/** {@code flowprior forward inception}: the network behind FID, sFID and the inception score. */
@Command(
        name = "inception",
        description = {
            "The Inception network by which FID is measured. --weights: torch-fidelity's",
            "weights-inception-2015-12-05-6726825d.pth, or a file with the same keys, TorchScript too."},
        footerHeading = "%n",
        footer = {
            "Input:",
            "  images [B, 3, H, W]         red first, values in 0 to 255; they are resized",
            "                              to 299 x 299 as TensorFlow 1 does",
            "Outputs:",
            "  pooled64 [B, 64], pooled192 [B, 192], pooled768 [B, 768]",
            "                              means over the pixels of earlier layers",
            "  pooled2048 [B, 2048]        the features of FID, precision and recall",
            "  spatial [B, 2023]           the features of sFID",
            "  logitsUnbiased [B, 1008]    without the bias: what the inception score takes",
            "  logits [B, 1008]",
            "Config:",
            "  dtype                       float32 (default) or float64",
            "",
            "Example:",
            "  flowprior forward inception --input images.safetensors \\",
            "      --weights weights-inception-2015-12-05-6726825d.pth \\",
            "      --output features.safetensors"})
final class InceptionCommand extends ModuleCommand<InceptionCommand.Config> {

    /** The config's keys. */
    record Config(Numbers dtype) {}

    InceptionCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (Inception network = Inception.read(weights())) {
            network.to(in.dtype()).to(in.device());
            Tensor images = in.get("images", -1, 3, -1, -1);
            Map<String, Tensor> outputs = new LinkedHashMap<>();
            inPrecision(in, () -> {
                Inception.Outputs made = network.forward(images, EnumSet.allOf(Inception.Output.class));
                outputs.put("pooled64", made.pooled64());
                outputs.put("pooled192", made.pooled192());
                outputs.put("pooled768", made.pooled768());
                outputs.put("pooled2048", made.pooled2048());
                outputs.put("spatial", made.spatial());
                outputs.put("logitsUnbiased", made.logitsUnbiased());
                outputs.put("logits", made.logits());
                return images;
            });
            return outputs;
        }
    }
}
