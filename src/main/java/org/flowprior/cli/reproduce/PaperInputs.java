package org.flowprior.cli.reproduce;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.config.RequestException;
import picocli.CommandLine.Option;

/** The options of {@code reproduce} for data and published weights; what is not given has a stand-in at scale quick. */
final class PaperInputs {

    @Option(names = "--images", paramLabel = "PATH",
            description = "images to train on, with classes (default at scale quick: drawn ones)")
    String images;

    @Option(names = "--validation", paramLabel = "PATH",
            description = "images to validate on and to compare with, beside --images")
    String validation;

    @Option(names = "--qwen", paramLabel = "FILE|DIR", description = "Qwen2.5-0.5B, of which model.embed_tokens.weight")
    String qwen;

    @Option(names = "--dinov2", paramLabel = "FILE", description = "DINOv2 ViT-B/14, whose patch tokens are a target")
    String dinov2;

    @Option(names = "--vae", paramLabel = "FILE", description = "an AutoencoderKL of 32 channels, whose latents are a "
            + "target")
    String vae;

    @Option(names = "--vq", paramLabel = "FILE", description = "LlamaGen's vq_ds16_c2i.pt, whose codebook is a target")
    String vq;

    @Option(names = "--inception", paramLabel = "FILE",
            description = "the Inception weights of FID (default at scale quick: a small classifier's features, "
                    + "labelled as such)")
    String inception;

    @Option(names = "--encoder", paramLabel = "FILE",
            description = "scale paper: DINOv2 ViT-L/14, with which the autoencoders' encoders begin")
    String encoder;

    @Option(names = "--vgg", paramLabel = "FILE", description = "scale paper: torchvision's VGG16, for LPIPS")
    String vgg;

    @Option(names = "--lpips-heads", paramLabel = "FILE", description = "scale paper: LPIPS's vgg.pth")
    String lpipsHeads;

    @Option(names = "--dino", paramLabel = "FILE", description = "scale paper: DINO ViT-S/16, of the discriminator")
    String dino;

    /** Refuses what stands alone, and what only the paper's scale has a use for. */
    void checkQuick() {
        if ((images == null) != (validation == null)) {
            throw new RequestException("--images and --validation go together");
        }
        Map<String, String> unused = new LinkedHashMap<>();
        unused.put("--encoder", encoder);
        unused.put("--vgg", vgg);
        unused.put("--lpips-heads", lpipsHeads);
        unused.put("--dino", dino);
        unused.forEach((option, value) -> {
            if (value != null) {
                throw new RequestException(option + " goes with --scale paper");
            }
        });
    }

    /** Refuses to begin at the paper's scale without everything that the subject needs. */
    void checkPaper(Subject subject) {
        Map<String, String> needed = new LinkedHashMap<>();
        if (!subject.ofToys()) {
            needed.put("--images", images);
            needed.put("--validation", validation);
            needed.put("--encoder", encoder);
            needed.put("--vgg", vgg);
            needed.put("--lpips-heads", lpipsHeads);
            needed.put("--dino", dino);
            if (subject != Subject.FIG4) {
                needed.put("--inception", inception);
            }
        }
        for (TargetKind target : subject.targets()) {
            needed.put(switch (target) {
                case VAE -> "--vae";
                case DINO -> "--dinov2";
                case VQ -> "--vq";
                case QWEN -> "--qwen";
            }, given(target));
        }
        List<String> missing = new ArrayList<>(needed.entrySet().stream().filter(e -> e.getValue() == null)
                .map(Map.Entry::getKey).toList());
        if (!missing.isEmpty()) {
            throw new RequestException("--scale paper has no stand-ins: " + subject.typed() + " also needs "
                    + String.join(", ", missing));
        }
    }

    /** The weights or table of that target; null where there is a stand-in. */
    String given(TargetKind target) {
        return switch (target) {
            case VAE -> vae;
            case DINO -> dinov2;
            case VQ -> vq;
            case QWEN -> qwen;
        };
    }
}
