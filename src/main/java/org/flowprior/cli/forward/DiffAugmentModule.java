package org.flowprior.cli.forward;

import java.util.List;
import java.util.Map;
import org.flowprior.autoencoder.DiffAugment;
import org.flowprior.config.RequestException;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward diff-augment}: the augmentation of the discriminator's images, for given random numbers. */
@Command(name = "diff-augment",
        description = "Differentiable augmentation for given random numbers. Color, translation and hole are each "
                + "done where their random numbers are given, in this order.",
        footer = """
                Inputs:
                  x [B, C, H, W]       images in [-1, 1]
                  brightness [B], saturation [B], contrast [B]
                                       in [0, 1]; 1/2 changes nothing; all three or none
                  translationRows [B], translationColumns [B]
                                       output (i, j) is pixel (i + rows, j + columns), 0 where
                                       there is none; both or none
                  holeRows [B], holeColumns [B]
                                       the hole's centre, the one behind the middle where its
                                       side is even; both or none
                Output:
                  y [B, C, H, W]
                Config:
                  cutout               side of the hole in sides of the image (default 0.2)
                  dtype                float32 (default) or float64

                Example:
                  flowprior forward diff-augment \\
                      --input images.safetensors --output augmented.safetensors""")
record DiffAugmentModule(double cutout, Numbers dtype) implements ForwardModule.WithoutWeights {

    DiffAugmentModule {
        new DiffAugment(1, cutout);
    }

    DiffAugmentModule() {
        this(0.2, Numbers.FLOAT32);
    }

    @Override
    public Map<String, Tensor> forward(ModuleInputs in) {
        Tensor x = in.get("x", -1, -1, -1, -1);
        DiffAugment.Draws draws = draws(together(in, x, "brightness", "saturation", "contrast"),
                together(in, x, "translationRows", "translationColumns"), together(in, x, "holeRows", "holeColumns"));
        return Map.of("y", in.compute(() -> new DiffAugment(1, cutout).apply(x, draws)));
    }

    /** Returns the draws of brightness, saturation and contrast; of rows and columns. Null stands for one not done. */
    static DiffAugment.Draws draws(List<Tensor> color, List<Tensor> translation, List<Tensor> hole) {
        return new DiffAugment.Draws(
                color == null ? null : new DiffAugment.Color(color.get(0), color.get(1), color.get(2)),
                translation == null ? null : new DiffAugment.Translation(translation.get(0), translation.get(1)),
                hole == null ? null : new DiffAugment.Hole(hole.get(0), hole.get(1)));
    }

    /** Returns the inputs of these names, or null if there is none of them. */
    private static List<Tensor> together(ModuleInputs in, Tensor x, String... names) {
        List<String> given = List.of(names).stream().filter(in::has).toList();
        if (given.isEmpty()) {
            return null;
        }
        if (given.size() < names.length) {
            throw new RequestException("diff-augment: of " + String.join(", ", names) + " the input has only "
                    + String.join(", ", given) + "; give all or none");
        }
        return given.stream().map(name -> in.get(name, x.size(0))).toList();
    }
}
