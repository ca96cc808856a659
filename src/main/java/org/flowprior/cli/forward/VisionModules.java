package org.flowprior.cli.forward;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.flowprior.autoencoder.Lpips;
import org.flowprior.config.RequestException;
import org.flowprior.torch.Autograd;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.vision.Inception;
import org.flowprior.vision.Vgg16;
import picocli.CommandLine.Command;

/** The modules of pretrained networks that compare images. */
final class VisionModules {

    private VisionModules() {}

    @Command(name = "vgg16",
            description = "The convolutions of VGG16. --weights: torchvision's vgg16-397923af.pth or one like it.",
            footer = """
                    Input:
                      x [B, 3, H, W]   images as the weights want them, H and W at least 16; nothing
                                       here normalises them
                    Outputs, behind the last ReLU of each stage:
                      relu1_2 [B, 64, H, W], relu2_2 [B, 128, H/2, W/2],
                      relu3_3 [B, 256, H/4, W/4], relu4_3 [B, 512, H/8, W/8],
                      relu5_3 [B, 512, H/16, W/16]
                    Config:
                      dtype            float32 (default) or float64

                    Example:
                      flowprior forward vgg16 --weights vgg16-397923af.pth \\
                          --input images.safetensors --output features.safetensors""")
    record VggFeatures(Numbers dtype) implements ForwardModule {

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            try (Vgg16 network = in.place(Vgg16.read(in.weights())); NoGrad noGrad = new NoGrad()) {
                Tensor x = in.get("x", -1, 3, -1, -1);
                return in.compute(() -> network.forward(x));
            }
        }
    }

    @Command(name = "lpips",
            description = "LPIPS over VGG16, without the dropout that the official training leaves on, and its "
                    + "gradient. --weights: torchvision's vgg16-397923af.pth with the config's heads, or one file of "
                    + "all, under net., lin and scaling_layer.",
            footer = """
                    Inputs:
                      x [B, 3, H, W]   images in [-1, 1], H and W at least 16
                      y [B, 3, H, W]   what they are compared with
                    Outputs:
                      distance [B]
                      grad             gradient of the mean distance with respect to y
                    Config:
                      heads            the file of the channel weights, vgg.pth of LPIPS 0.1;
                                       empty (default) where --weights has them
                      dtype            float32 (default) or float64

                    Example:
                      echo '{"heads": "vgg.pth"}' > lpips.json
                      flowprior forward lpips --weights vgg16-397923af.pth -c lpips.json \\
                          --input pairs.safetensors --output distances.safetensors""")
    record LpipsDistance(String heads, Numbers dtype) implements ForwardModule {

        LpipsDistance() {
            this("", Numbers.FLOAT32);
        }

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            if (!heads.isEmpty() && !Files.exists(Path.of(heads))) {
                throw new RequestException("lpips: there is no file " + heads + ", which the config names as heads");
            }
            try (Lpips lpips = in.place(heads.isEmpty() ? Lpips.read(in.weights())
                    : Lpips.of(in.weights(), Path.of(heads)))) {
                Tensor x = in.get("x", -1, 3, -1, -1);
                Tensor y = in.get("y", x.shape()).detach().clone().requiresGrad_(true);
                Tensor distance = in.compute(() -> lpips.forward(x, y)).flatten();
                return Map.of("distance", distance, "grad", Autograd.grad(distance.mean(), List.of(y)).getFirst());
            }
        }
    }

    @Command(name = "inception",
            description = {
                "The Inception network by which FID is measured. --weights: torch-fidelity's",
                "weights-inception-2015-12-05-6726825d.pth, or a file with the same keys, TorchScript too."},
            footer = """
                    Input:
                      images [B, 3, H, W]         red first, values in 0 to 255; they are resized
                                                  to 299 x 299 as TensorFlow 1 does
                    Outputs:
                      pooled64 [B, 64], pooled192 [B, 192], pooled768 [B, 768]
                                                  means over the pixels of earlier layers
                      pooled2048 [B, 2048]        the features of FID, precision and recall
                      spatial [B, 2023]           the features of sFID
                      logitsUnbiased [B, 1008]    without the bias: what the inception score takes
                      logits [B, 1008]
                    Config:
                      dtype                       float32 (default) or float64

                    Example:
                      flowprior forward inception --input images.safetensors \\
                          --weights weights-inception-2015-12-05-6726825d.pth \\
                          --output features.safetensors""")
    record InceptionFeatures(Numbers dtype) implements ForwardModule {

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            try (Inception network = in.place(Inception.read(in.weights()))) {
                Tensor images = in.get("images", -1, 3, -1, -1);
                Map<Inception.Output, Tensor> made = in.compute(
                        () -> network.forward(images, EnumSet.allOf(Inception.Output.class)));
                return Map.of("pooled64", made.get(Inception.Output.POOLED64),
                        "pooled192", made.get(Inception.Output.POOLED192),
                        "pooled768", made.get(Inception.Output.POOLED768),
                        "pooled2048", made.get(Inception.Output.POOLED2048),
                        "spatial", made.get(Inception.Output.SPATIAL),
                        "logitsUnbiased", made.get(Inception.Output.LOGITS_UNBIASED),
                        "logits", made.get(Inception.Output.LOGITS));
            }
        }
    }
}
