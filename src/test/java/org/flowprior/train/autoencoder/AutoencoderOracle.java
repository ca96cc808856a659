package org.flowprior.train.autoencoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderLossConfig.DiscriminatorKind;
import org.flowprior.autoencoder.AutoencoderNoise;
import org.flowprior.autoencoder.DiffAugment;
import org.flowprior.autoencoder.DinoDiscriminator;
import org.flowprior.autoencoder.Discriminator;
import org.flowprior.autoencoder.Lpips;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowPrior;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.target.IdentityProjection;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;

/** The networks and random numbers of tools/oracle/autoencoder_step.py, drawn with its seeds. */
final class AutoencoderOracle {

    private static final int IMAGE = 32;
    private static final int WIDTH = 8;
    private static final int EYE = 24;
    private static final int BATCH = 2;
    private static final int COPIES = 3;
    private static final int TOKENS = 4;
    private static final int CHANNELS = 8;

    private AutoencoderOracle() {}

    static AutoencoderTrainingConfig config(String name, String... settings) {
        String backbone = "patchSize=8 width=8 depth=2 heads=2 hidden=16 layerScale=true";
        List<String> all = new ArrayList<>(List.of("model.imageSize=32", "model.latentTokens=4",
                "model.latentChannels=8", "training.batch=2", "training.learningRate=0.002",
                "training.warmupStart=0.00001", "training.warmupSteps=5", "training.lastRate=0.0002",
                "loss.adversarial.discriminator=dino", "loss.alignment.flowMul=3", "threads=1"));
        for (String side : List.of("encoder", "decoder")) {
            for (String setting : backbone.split(" ")) {
                all.add("model." + side + "." + setting);
            }
        }
        all.addAll(switch (name) {
            case "kl" -> List.of("model.bottleneck.kind=kl", "model.bottleneck.klWeight=0.01",
                    "loss.perceptual.weight=0.7", "loss.perceptual.warmup=20", "loss.adversarial.weight=0.5",
                    "loss.adversarial.start=15", "loss.adversarial.augmentation=true",
                    "loss.adversarial.consistency=2", "loss.adversarial.lecam=0.3", "loss.alignment.weight=0.4",
                    "loss.alignment.start=5", "loss.alignment.warmup=10", "loss.latentDeviation=0.2",
                    "training.steps=50", "training.optimizer=adam", "training.weightDecay=0", "training.ema=0.9");
            case "adaptive" -> List.of("loss.reconstruction.kind=l1", "loss.reconstruction.weight=1.5",
                    "loss.perceptual.weight=0.3", "loss.adversarial.weight=0.4", "loss.adversarial.start=4",
                    "loss.adversarial.adaptive=true", "loss.adversarial.generatorLoss=non-saturating",
                    "loss.adversarial.discriminatorLoss=non-saturating", "loss.alignment.weight=0.2",
                    "loss.alignment.adaptive=true", "loss.alignment.detachPredV=true", "training.steps=12",
                    "training.optimizer=adamw", "training.weightDecay=0.1", "training.ema=0.95");
            default -> throw new IllegalArgumentException(name);
        });
        all.addAll(List.of(settings));
        return AutoencoderTrainingConfig.loader().load("quick", all);
    }

    static AutoencoderNetworks networks(AutoencoderTrainingConfig config, DType dtype) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad(); Generator unused = Generator.seeded(0)) {
            Autoencoder autoencoder = new Autoencoder(config.model().sizes(), unused);
            fill(autoencoder.stateDict(), 1);
            VisionTransformer eye = new VisionTransformer(
                    new VisionTransformerConfig(EYE, 8, WIDTH, 3, 2, 16, MlpType.GELU_TANH, 0, false), unused);
            fill(eye.stateDict(), 2);
            DinoDiscriminator discriminator = new DinoDiscriminator(eye, unused);
            fill(discriminator.stateDict(), 3);
            boolean adversarial = config.loss().adversarial().discriminator() != DiscriminatorKind.NONE;
            if (!adversarial) {
                discriminator.close();
            }
            Lpips lpips = new Lpips(unused);
            fill(lpips.stateDict(), 4);
            VelocityNetwork flow = new VelocityNetwork(new VelocityNetwork.Config(CHANNELS, 0, 1, 16), unused);
            fill(flow.stateDict(), 5);
            FlowPrior prior = new FlowPrior(new FlowModel(flow, TimeConvention.OFFICIAL).freeze(),
                    new IdentityProjection(CHANNELS), 1, Map.of());
            autoencoder.gradCheckpointing(config.training().checkpointing()).to(dtype);
            return new AutoencoderNetworks(config, autoencoder, new AutoencoderLossNetworks(config.loss(),
                    adversarial ? discriminator : null, lpips, prior).to(dtype));
        }
    }

    private static void fill(Map<String, Tensor> state, int seed) {
        int number = 0;
        for (Map.Entry<String, Tensor> entry : new TreeMap<>(state).entrySet()) {
            String key = entry.getKey();
            long[] shape = entry.getValue().shape();
            int own = 1000 * seed + number++;
            if (key.contains("running_") || key.endsWith("num_batches_tracked") || key.startsWith("scaling_layer")) {
                continue;
            }
            Tensor values = normal(own, shape);
            if (key.endsWith("weight_u") || key.endsWith("weight_v")) {
                values = values.div(values.norm());
            } else if (key.startsWith("lin") && key.endsWith("model.1.weight")) {
                values = values.abs();
            } else if (key.endsWith("gamma")) {
                values = values.mul(0.3);
            } else if (key.endsWith("weight") && shape.length == 1) {
                values = values.mul(0.1).add(1);
            } else if (key.endsWith("weight") || key.endsWith("weight_orig")) {
                long fan = 1;
                for (int i = 1; i < shape.length; i++) {
                    fan *= shape[i];
                }
                values = values.mul(Math.sqrt(2.0 / fan));
            } else if (key.endsWith("bias")) {
                values = values.mul(0.1);
            } else {
                values = values.mul(0.5);
            }
            entry.getValue().copy_(values);
        }
    }

    private static Tensor normal(int seed, long... shape) {
        try (Generator generator = Generator.seeded(seed)) {
            return Torch.randn(shape, generator);
        }
    }

    private static Tensor uniform(int seed, long... shape) {
        try (Generator generator = Generator.seeded(seed)) {
            return Torch.rand(shape, generator);
        }
    }

    private static Tensor integers(int seed, long from, long to, long... shape) {
        try (Generator generator = Generator.seeded(seed)) {
            return Torch.randint(from, to, shape, generator, DType.INT64);
        }
    }

    static Tensor images(int step) {
        return uniform(100 * step, BATCH, 3, IMAGE, IMAGE).mul(2).sub(1);
    }

    static AutoencoderNoise noise(int step, DType dtype) {
        int seed = 100 * step;
        return new AutoencoderNoise(new Autoencoder.Draws(normal(seed + 1, BATCH, TOKENS, CHANNELS).to(dtype), null),
                uniform(seed + 2, COPIES, BATCH, TOKENS).to(dtype),
                normal(seed + 3, COPIES, BATCH, TOKENS, CHANNELS).to(dtype), view(step, 0, false), view(step, 1, false),
                view(step, 2, false), view(step, 3, true), view(step, 4, true), null);
    }

    private static AutoencoderNoise.View view(int step, int number, boolean strong) {
        int seed = 100 * step + number;
        Tensor color = uniform(seed + 10, 3, BATCH);
        Tensor shift = integers(seed + 20, -4, 5, 2, BATCH);
        Tensor hole = integers(seed + 30, 0, IMAGE + 1, 2, BATCH);
        long[] place = integers(seed + 40, 0, IMAGE - EYE + 1, 2).toLongArray();
        return new AutoencoderNoise.View(new DiffAugment.Draws(
                strong || (step + number) % 3 != 0
                        ? new DiffAugment.Color(color.select(0, 0), color.select(0, 1), color.select(0, 2)) : null,
                strong || (step + number) % 2 != 0
                        ? new DiffAugment.Translation(shift.select(0, 0), shift.select(0, 1)) : null,
                strong || (step + 2 * number) % 3 != 0
                        ? new DiffAugment.Hole(hole.select(0, 0), hole.select(0, 1)) : null),
                (step + number) % 4 < 2 ? Discriminator.Window.at(place[0], place[1]) : Discriminator.Window.WHOLE);
    }
}
