package org.flowprior.cli.reproduce;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.config.RequestException;
import picocli.CommandLine.Option;

/** The options of {@code reproduce} for data and published weights. At scale quick each has a stand-in. */
final class PaperInputs {

    @Option(names = "--images", paramLabel = "PATH",
            description = "images to train on, with classes (default at scale quick: synthetic ones)")
    String images;

    @Option(names = "--validation", paramLabel = "PATH",
            description = "images to validate on and to compare with; goes with --images")
    String validation;

    @Option(names = "--qwen", paramLabel = "FILE|DIR",
            description = "Qwen2.5-0.5B, whose token embeddings are a target")
    String qwen;

    @Option(names = "--dinov2", paramLabel = "FILE", description = "DINOv2 ViT-B/14, whose patch tokens are a target")
    String dinov2;

    @Option(names = "--vae", paramLabel = "FILE",
            description = "an AutoencoderKL of 32 channels, whose latents are a target")
    String vae;

    @Option(names = "--vq", paramLabel = "FILE", description = "LlamaGen's vq_ds16_c2i.pt, whose codebook is a target")
    String vq;

    @Option(names = "--inception", paramLabel = "FILE",
            description = "the Inception weights of FID (default at scale quick: the features of a small "
                    + "classifier, labelled as such)")
    String inception;

    @Option(names = "--encoder", paramLabel = "FILE",
            description = "scale paper: DINOv2 ViT-L/14, from which the autoencoders' encoders start")
    String encoder;

    @Option(names = "--vgg", paramLabel = "FILE", description = "scale paper: torchvision's VGG16, for LPIPS")
    String vgg;

    @Option(names = "--lpips-heads", paramLabel = "FILE", description = "scale paper: LPIPS's vgg.pth")
    String lpipsHeads;

    @Option(names = "--dino", paramLabel = "FILE", description = "scale paper: DINO ViT-S/16, of the discriminator")
    String dino;

    /** Refuses options that lack another, and those that need the paper's scale. */
    void checkQuick() {
        if ((images == null) != (validation == null)) {
            throw new RequestException("--images and --validation go together");
        }
        networks().forEach((option, value) -> {
            if (value != null) {
                throw new RequestException(option + " goes with --scale paper");
            }
        });
    }

    /** Refuses the paper's scale unless everything that the subject needs is given. */
    void checkPaper(Subject subject) {
        Map<String, String> needed = new LinkedHashMap<>();
        if (!subject.ofToys()) {
            needed.put("--images", images);
            needed.put("--validation", validation);
            needed.putAll(networks());
            if (subject != Subject.FIG4) {
                needed.put("--inception", inception);
            }
        }
        subject.targets().forEach(target -> needed.put(target.option, given(target)));
        List<String> missing = needed.keySet().stream().filter(option -> needed.get(option) == null).toList();
        if (!missing.isEmpty()) {
            throw new RequestException("--scale paper has no stand-ins: " + subject.typed() + " also needs "
                    + String.join(", ", missing));
        }
    }

    /** Returns the options for the pretrained networks of autoencoder training. */
    private Map<String, String> networks() {
        Map<String, String> networks = new LinkedHashMap<>();
        networks.put("--encoder", encoder);
        networks.put("--vgg", vgg);
        networks.put("--lpips-heads", lpipsHeads);
        networks.put("--dino", dino);
        return networks;
    }

    /** Returns the weights or table of that target; null for its stand-in. */
    String given(TargetKind target) {
        return switch (target) {
            case VAE -> vae;
            case DINO -> dinov2;
            case VQ -> vq;
            case QWEN -> qwen;
        };
    }
}
