package org.flowprior.cli.forward;

import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.flowprior.config.RequestException;
import org.flowprior.mar.DiffusionHead;
import org.flowprior.mar.LatentLayout;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarConfig;
import org.flowprior.mar.MarFile;
import org.flowprior.mar.MarNoise;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward mar}: the generator's transformers, and its loss with gradients for given noise. */
@Command(
        name = "mar",
        description = "The generator: what its head is told about each token, given some of them; with times and noise "
                + "also the loss and its gradients. In evaluation mode: without dropout. Sizes are read from the "
                + "weights.",
        footerHeading = "%n",
        footer = {
            "Inputs:",
            "  latents [B, L, C] or [B, c, h, w]",
            "                       scaled, as in training",
            "  labels [B]           classes from 0",
            "  mask [B, L]          1 for the tokens to predict, as many in each row;",
            "                       or, with masked in the config,",
            "  orders [B, L]        each row a permutation from 0",
            "  dropped [B]          optional: 1 where the class is withheld",
            "  times [m, B, L]      optional: for the loss. Of a flow head in [0, 1],",
            "                       as official weights have it: 0 at the data; of a",
            "                       diffusion head whole numbers in 0 ... 999",
            "  noise [m, B, L, C]   with times",
            "Outputs:",
            "  z [B, L, D]          the head's conditions",
            "  loss []              mean over the m draws of the masked tokens",
            "  grad.KEY             its gradient, for each parameter that has one",
            "Config:",
            "  dtype                float32 (default) or float64",
            "  heads                of attention (default 0: as the file tells, else of",
            "                       64 channels)",
            "  patch                of a grid: the side that makes a token (default 0: as",
            "                       the file tells, else 1)",
            "  masked               with orders: the first so many of each are",
            "                       masked (default 0: mask is given)",
            "",
            "Example:",
            "  flowprior forward mar --weights mar.safetensors \\",
            "      --input latents.safetensors --output conditions.safetensors"})
final class MarCommand extends ModuleCommand<MarCommand.Config> {

    /** The config's keys. */
    record Config(Numbers dtype, int masked, int heads, int patch) {

        Config {
            if (masked < 0 || heads < 0 || patch < 0) {
                throw new IllegalArgumentException("masked, heads and patch must be at least 0, not " + masked + ", "
                        + heads + " and " + patch);
            }
        }

        /** What the weights do not tell: the heads, and how latents of the input's shape become tokens. */
        private UnaryOperator<MarConfig> options(InputTensors in) {
            return told -> {
                MarConfig config = heads == 0 ? told : told.withHeads(heads);
                long[] latents = in.anyShape("latents").shape();
                boolean grid = latents.length == 4 && (patch > 0 || config.layout() instanceof LatentLayout.Sequence);
                return grid ? config.withLayout(new LatentLayout.Grid(latents[1], latents[2], latents[3],
                        Math.max(1, patch))) : config;
            };
        }
    }

    MarCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (Mar mar = MarFile.read(weights(), config.options(in))) {
            mar.to(in.dtype()).to(in.device()).eval();
            Tensor tokens = mar.tokens(in.anyShape("latents"));
            long images = in.count("latents", tokens);
            Tensor labels = in.wholeNumbers("labels", mar.config().classes(), images);
            Tensor dropped = in.has("dropped") ? in.wholeNumbers("dropped", 2, images).to(DType.BOOL) : null;
            MarNoise masking = masking(config, in, images, mar.config().tokens(), dropped);
            Map<String, Tensor> outputs = new HashMap<>();
            try (NoGrad noGrad = new NoGrad()) {
                outputs.put("z", inPrecision(in, () -> mar.conditions(tokens, masking.mask(),
                        mar.classVectors(labels, dropped))));
            }
            if (in.has("times")) {
                long[] draws = {-1, images, tokens.size(1)};
                Tensor times = mar.head() instanceof DiffusionHead
                        ? in.wholeNumbers("times", DiffusionHead.TIMES, draws) : in.get("times", draws);
                in.count("times", times);
                Tensor noise = in.get("noise", times.size(0), images, tokens.size(1), tokens.size(2));
                Tensor loss = inPrecision(in, () -> mar.loss(tokens, labels,
                        new MarNoise(masking.orders(), masking.masked(), dropped, times, noise)));
                loss.backward();
                outputs.put("loss", loss);
                mar.namedParameters().forEach((key, parameter) -> {
                    Tensor gradient = parameter.grad();
                    if (gradient != null) {
                        outputs.put("grad." + key, gradient.clone());
                    }
                });
            }
            return outputs;
        }
    }

    /** Orders and how many of them are masked; without times and noise. */
    private static MarNoise masking(Config config, InputTensors in, long images, long length, Tensor dropped) {
        if (config.masked() > length) {
            throw new RequestException("masked must be at most " + length + ", the number of tokens, not "
                    + config.masked());
        }
        if (config.masked() > 0) {
            return new MarNoise(in.permutations("orders", images, length), config.masked(), dropped, null, null);
        }
        Tensor mask = in.wholeNumbers("mask", 2, images, length).to(DType.BOOL);
        long[] counts = mask.sum(1).toLongArray();
        for (long count : counts) {
            if (count != counts[0]) {
                throw new RequestException("tensor 'mask' masks " + counts[0] + " tokens in one row and " + count
                        + " in another; the generator takes images with as many each");
            }
        }
        return new MarNoise(mask.to(DType.INT64).argsort(true, 1, true), counts[0], dropped, null, null);
    }
}
