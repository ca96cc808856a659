package org.flowprior.torch.nn;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Results;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** The modules of tools/oracle/modules.py, made and called as there. */
final class ModuleCases {

    static final Map<String, Case> ALL = new LinkedHashMap<>();

    private static final TransformerOptions SMALL = TransformerOptions.DEFAULT.withDimFeedforward(16);

    /** A module and its forward, null for a module that only holds others. */
    record Case(Supplier<? extends Module> constructor, BiFunction<Module, List<Tensor>, List<Tensor>> forward) {

        Module make() {
            return constructor.get();
        }
    }

    private ModuleCases() {}

    @SuppressWarnings("unchecked")
    private static <M extends Module> void put(String name, Supplier<M> make,
            BiFunction<M, List<Tensor>, List<Tensor>> forward) {
        ALL.put(name, new Case(make, (BiFunction<Module, List<Tensor>, List<Tensor>>) (BiFunction<?, ?, ?>) forward));
    }

    private static void layer(String name, Supplier<? extends Layer> make) {
        put(name, make::get, (m, x) -> List.of(m.call(x.getFirst())));
    }

    private static void loss(String name, Supplier<? extends Loss<?>> make) {
        put(name, make::get, (m, x) -> List.of(m.forward(x.get(0), x.get(1))));
    }

    private static Tensor wave(double phase, long... shape) {
        long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        return Torch.arange(count, DType.FLOAT64).mul(0.7).add(phase).sin().reshape(shape).to(DType.FLOAT32);
    }

    private static Tensor factors() {
        return wave(1.3, 4).mul(0.4).add(0.5);
    }

    private static List<Tensor> lstm(LSTM.Output y) {
        return List.of(y.output(), y.hidden(), y.cell());
    }

    private static List<Tensor> state(StateRNN.Output y) {
        return List.of(y.output(), y.hidden());
    }

    private static List<Tensor> cell(Results.HiddenCell y) {
        return List.of(y.hidden(), y.cell());
    }

    private static List<Tensor> attention(MultiheadAttention.Output y) {
        return y.weights() == null ? List.of(y.output()) : List.of(y.output(), y.weights());
    }

    static {
        layer("Mish", () -> new Mish());
        layer("SELU", () -> new SELU());
        layer("Hardswish", () -> new Hardswish());
        layer("Hardsigmoid", () -> new Hardsigmoid());
        layer("LogSigmoid", () -> new LogSigmoid());
        layer("Tanhshrink", () -> new Tanhshrink());
        layer("Softsign", () -> new Softsign());
        layer("ReLU6", () -> new ReLU6());
        layer("ReLU", () -> new ReLU());
        layer("SiLU", () -> new SiLU());
        layer("Sigmoid", () -> new Sigmoid());
        layer("Tanh", () -> new Tanh());
        layer("Identity", () -> new Identity());
        layer("GELU", () -> new GELU());
        layer("LeakyReLU", () -> new LeakyReLU());
        layer("ELU", () -> new ELU());
        layer("CELU", () -> new CELU());
        layer("Hardtanh", () -> new Hardtanh());
        layer("Softplus", () -> new Softplus());
        layer("Softshrink", () -> new Softshrink());
        layer("Hardshrink", () -> new Hardshrink());
        layer("Flatten", () -> new Flatten());
        layer("Dropout", () -> new Dropout());
        layer("FeatureAlphaDropout", () -> new FeatureAlphaDropout());
        layer("PReLU", () -> new PReLU());
        layer("GLU", () -> new GLU());
        layer("ELU.alpha", () -> new ELU(0.5));
        layer("Hardtanh.bounds", () -> new Hardtanh(-0.3, 0.6));
        layer("Softplus.beta", () -> new Softplus(2, 1.5));
        layer("Threshold", () -> new Threshold(0.1, -2));
        layer("Softmax", () -> new Softmax(1));
        layer("Softmin", () -> new Softmin(1));
        layer("LogSoftmax", () -> new LogSoftmax(1));
        layer("AlphaDropout", () -> new AlphaDropout(0.2));
        layer("PReLU.channels", () -> new PReLU(5, 0.1));
        layer("RMSNorm", () -> new RMSNorm(5));
        layer("RMSNorm.shape", () -> new RMSNorm(new long[] {2, 5}, 1e-4, false));
        layer("LayerNorm", () -> new LayerNorm(5));
        layer("LayerNorm.shape", () -> new LayerNorm(new long[] {2, 5}, 1e-5, true, false));
        layer("Linear", () -> new Linear(5, 3));
        layer("ReLU.inplace", () -> new Sequential(new Linear(5, 2), new ReLU(true)));
        layer("Unflatten", () -> new Unflatten(1, 2, 3));
        layer("PixelShuffle", () -> new PixelShuffle(2));
        layer("PixelUnshuffle", () -> new PixelUnshuffle(2));
        layer("ChannelShuffle", () -> new ChannelShuffle(2));
        layer("Upsample", () -> new Upsample(2));
        layer("Upsample.bilinear", () -> new Upsample(1.5, Upsample.Mode.BILINEAR, true));
        layer("Upsample.linear", () -> new Upsample(2, Upsample.Mode.LINEAR, false));
        layer("Upsample.bicubic", () -> new Upsample(2, Upsample.Mode.BICUBIC, false));
        layer("Upsample.trilinear", () -> new Upsample(2, Upsample.Mode.TRILINEAR, false));
        layer("Dropout1d", () -> new Dropout1d());
        layer("BatchNorm1d", () -> new BatchNorm1d(4));
        layer("BatchNorm1d.plain", () -> new BatchNorm1d(4, BatchNorm.DEFAULT.withMomentum(null).withAffine(false)));
        layer("BatchNorm1d.untracked", () -> new BatchNorm1d(4, BatchNorm.DEFAULT.withTrackRunningStats(false)));
        layer("InstanceNorm1d", () -> new InstanceNorm1d(4));
        layer("InstanceNorm1d.affine",
                () -> new InstanceNorm1d(4, InstanceNorm.DEFAULT.withAffine(true).withTrackRunningStats(true)));
        layer("InstanceNorm1d.unbatched", () -> new InstanceNorm1d(4, InstanceNorm.DEFAULT.withAffine(true)));
        layer("Conv1d", () -> new Conv1d(4, 2, 3, 2, 1));
        layer("Conv1d.groups",
                () -> new Conv1d(4, 6, Conv1d.Options.kernel(2).withDilation(2).withGroups(2).withBias(false)));
        layer("ConvTranspose1d", () -> new ConvTranspose1d(4, 2, 3, 2, 1));
        layer("ConvTranspose1d.groups", () -> new ConvTranspose1d(4, 6,
                ConvTranspose1d.Options.kernel(2).withStride(2).withOutputPadding(1).withDilation(2).withGroups(2)
                        .withBias(false)));
        put("ConvTranspose1d.size", () -> new ConvTranspose1d(4, 2, 3, 2),
                (m, x) -> List.of(m.forward(x.getFirst(), new long[] {16})));
        layer("MaxPool1d", () -> new MaxPool1d(2));
        layer("MaxPool1d.all", () -> new MaxPool1d(
                MaxPool1d.Options.kernel(3).withStride(2).withPadding(1).withDilation(1).withCeilMode(true)));
        layer("AvgPool1d", () -> new AvgPool1d(2));
        layer("AvgPool1d.all", () -> new AvgPool1d(AvgPool1d.Options.kernel(3)
                .withStride(2).withPadding(1).withCeilMode(true).withCountIncludePad(false)));
        layer("AdaptiveAvgPool1d", () -> new AdaptiveAvgPool1d(2));
        layer("AdaptiveMaxPool1d", () -> new AdaptiveMaxPool1d(3));
        layer("ReflectionPad1d", () -> new ReflectionPad1d(1));
        layer("ReflectionPad1d.sides", () -> new ReflectionPad1d(1, 2));
        layer("ReplicationPad1d", () -> new ReplicationPad1d(1));
        layer("ReplicationPad1d.sides", () -> new ReplicationPad1d(1, 2));
        layer("CircularPad1d", () -> new CircularPad1d(1));
        layer("CircularPad1d.sides", () -> new CircularPad1d(1, 2));
        layer("ZeroPad1d", () -> new ZeroPad1d(1));
        layer("ZeroPad1d.sides", () -> new ZeroPad1d(1, 2));
        layer("ConstantPad1d", () -> new ConstantPad1d(1, 3.5));
        layer("ConstantPad1d.sides", () -> new ConstantPad1d(new long[] {1, 2}, -1));
        layer("Dropout2d", () -> new Dropout2d());
        layer("BatchNorm2d", () -> new BatchNorm2d(4));
        layer("BatchNorm2d.plain", () -> new BatchNorm2d(4, BatchNorm.DEFAULT.withMomentum(null).withAffine(false)));
        layer("BatchNorm2d.untracked", () -> new BatchNorm2d(4, BatchNorm.DEFAULT.withTrackRunningStats(false)));
        layer("InstanceNorm2d", () -> new InstanceNorm2d(4));
        layer("InstanceNorm2d.affine",
                () -> new InstanceNorm2d(4, InstanceNorm.DEFAULT.withAffine(true).withTrackRunningStats(true)));
        layer("InstanceNorm2d.unbatched", () -> new InstanceNorm2d(4, InstanceNorm.DEFAULT.withAffine(true)));
        layer("Conv2d", () -> new Conv2d(4, 2, 3, 2, 1));
        layer("Conv2d.groups",
                () -> new Conv2d(4, 6, Conv2d.Options.kernel(2).withDilation(2).withGroups(2).withBias(false)));
        layer("ConvTranspose2d", () -> new ConvTranspose2d(4, 2, 3, 2, 1));
        layer("ConvTranspose2d.groups", () -> new ConvTranspose2d(4, 6,
                ConvTranspose2d.Options.kernel(2).withStride(2).withOutputPadding(1).withDilation(2).withGroups(2)
                        .withBias(false)));
        put("ConvTranspose2d.size", () -> new ConvTranspose2d(4, 2, 3, 2),
                (m, x) -> List.of(m.forward(x.getFirst(), 12, 14)));
        layer("MaxPool2d", () -> new MaxPool2d(2));
        layer("MaxPool2d.all", () -> new MaxPool2d(
                MaxPool2d.Options.kernel(3).withStride(2).withPadding(1).withDilation(1).withCeilMode(true)));
        layer("AvgPool2d", () -> new AvgPool2d(2));
        layer("AvgPool2d.all", () -> new AvgPool2d(AvgPool2d.Options.kernel(3)
                .withStride(2).withPadding(1).withCeilMode(true).withCountIncludePad(false)));
        layer("AdaptiveAvgPool2d", () -> new AdaptiveAvgPool2d(2));
        layer("AdaptiveMaxPool2d", () -> new AdaptiveMaxPool2d(3));
        layer("ReflectionPad2d", () -> new ReflectionPad2d(1));
        layer("ReflectionPad2d.sides", () -> new ReflectionPad2d(1, 2, 3, 4));
        layer("ReplicationPad2d", () -> new ReplicationPad2d(1));
        layer("ReplicationPad2d.sides", () -> new ReplicationPad2d(1, 2, 3, 4));
        layer("CircularPad2d", () -> new CircularPad2d(1));
        layer("CircularPad2d.sides", () -> new CircularPad2d(1, 2, 3, 4));
        layer("ZeroPad2d", () -> new ZeroPad2d(1));
        layer("ZeroPad2d.sides", () -> new ZeroPad2d(1, 2, 3, 4));
        layer("ConstantPad2d", () -> new ConstantPad2d(1, 3.5));
        layer("ConstantPad2d.sides", () -> new ConstantPad2d(new long[] {1, 2, 3, 4}, -1));
        layer("Dropout3d", () -> new Dropout3d());
        layer("BatchNorm3d", () -> new BatchNorm3d(4));
        layer("BatchNorm3d.plain", () -> new BatchNorm3d(4, BatchNorm.DEFAULT.withMomentum(null).withAffine(false)));
        layer("BatchNorm3d.untracked", () -> new BatchNorm3d(4, BatchNorm.DEFAULT.withTrackRunningStats(false)));
        layer("InstanceNorm3d", () -> new InstanceNorm3d(4));
        layer("InstanceNorm3d.affine",
                () -> new InstanceNorm3d(4, InstanceNorm.DEFAULT.withAffine(true).withTrackRunningStats(true)));
        layer("InstanceNorm3d.unbatched", () -> new InstanceNorm3d(4, InstanceNorm.DEFAULT.withAffine(true)));
        layer("Conv3d", () -> new Conv3d(4, 2, 3, 2, 1));
        layer("Conv3d.groups",
                () -> new Conv3d(4, 6, Conv3d.Options.kernel(2).withDilation(2).withGroups(2).withBias(false)));
        layer("ConvTranspose3d", () -> new ConvTranspose3d(4, 2, 3, 2, 1));
        layer("ConvTranspose3d.groups", () -> new ConvTranspose3d(4, 6,
                ConvTranspose3d.Options.kernel(2).withStride(2).withOutputPadding(1).withDilation(2).withGroups(2)
                        .withBias(false)));
        put("ConvTranspose3d.size", () -> new ConvTranspose3d(4, 2, 3, 2),
                (m, x) -> List.of(m.forward(x.getFirst(), 10, 12, 10)));
        layer("MaxPool3d", () -> new MaxPool3d(2));
        layer("MaxPool3d.all", () -> new MaxPool3d(
                MaxPool3d.Options.kernel(3).withStride(2).withPadding(1).withDilation(1).withCeilMode(true)));
        layer("AvgPool3d", () -> new AvgPool3d(2));
        layer("AvgPool3d.all", () -> new AvgPool3d(AvgPool3d.Options.kernel(3)
                .withStride(2).withPadding(1).withCeilMode(true).withCountIncludePad(false)));
        layer("AdaptiveAvgPool3d", () -> new AdaptiveAvgPool3d(2));
        layer("AdaptiveMaxPool3d", () -> new AdaptiveMaxPool3d(3));
        layer("ReflectionPad3d", () -> new ReflectionPad3d(1));
        layer("ReflectionPad3d.sides", () -> new ReflectionPad3d(1, 2, 1, 2, 1, 2));
        layer("ReplicationPad3d", () -> new ReplicationPad3d(1));
        layer("ReplicationPad3d.sides", () -> new ReplicationPad3d(1, 2, 1, 2, 1, 2));
        layer("CircularPad3d", () -> new CircularPad3d(1));
        layer("CircularPad3d.sides", () -> new CircularPad3d(1, 2, 1, 2, 1, 2));
        layer("ZeroPad3d", () -> new ZeroPad3d(1));
        layer("ZeroPad3d.sides", () -> new ZeroPad3d(1, 2, 1, 2, 1, 2));
        layer("ConstantPad3d", () -> new ConstantPad3d(1, 3.5));
        layer("ConstantPad3d.sides", () -> new ConstantPad3d(new long[] {1, 2, 1, 2, 1, 2}, -1));
        layer("AdaptiveAvgPool2d.sides", () -> new AdaptiveAvgPool2d(1, 2));
        layer("MaxPool2d.sides", () -> new MaxPool2d(MaxPool2d.Options.kernel(3, 2).withStride(2, 1)));
        layer("ConvTranspose2d.sides", () -> new ConvTranspose2d(4, 2,
                ConvTranspose2d.Options.kernel(3, 2).withStride(2, 1).withPadding(1, 0)));
        layer("GroupNorm", () -> new GroupNorm(2, 4));
        layer("GroupNorm.plain", () -> new GroupNorm(2, 4, 1e-5, false));
        put("MaxUnpool2d", () -> new MaxUnpool2d(2), (m, x) -> {
            Results.OutputIndices pooled = new MaxPool2d(2).forwardWithIndices(x.getFirst());
            return List.of(m.forward(pooled.output(), pooled.indices()));
        });
        put("MaxUnpool3d", () -> new MaxUnpool3d(2), (m, x) -> {
            Results.OutputIndices pooled = new MaxPool3d(2).forwardWithIndices(x.getFirst());
            return List.of(m.forward(pooled.output(), pooled.indices()));
        });
        layer("Embedding", () -> new Embedding(5, 3));
        layer("Embedding.padding", () -> new Embedding(5, 3, new Embedding.Options(-3L, true, false), null));
        layer("EmbeddingBag.mean", () -> new EmbeddingBag(5, 3, EmbeddingBag.Mode.MEAN, null));
        layer("EmbeddingBag.sum", () -> new EmbeddingBag(5, 3, EmbeddingBag.Mode.SUM, null));
        layer("EmbeddingBag.max", () -> new EmbeddingBag(5, 3, EmbeddingBag.Mode.MAX, null));
        put("EmbeddingBag.offsets", () -> new EmbeddingBag(5, 3, EmbeddingBag.Mode.SUM, null),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1), x.get(2))));
        put("Bilinear", () -> new Bilinear(2, 3, 4),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1))));
        put("CosineSimilarity", () -> new CosineSimilarity(),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1))));
        put("PairwiseDistance", () -> new PairwiseDistance(),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1))));
        loss("MSELoss", () -> new MSELoss());
        loss("L1Loss", () -> new L1Loss());
        loss("SmoothL1Loss", () -> new SmoothL1Loss());
        loss("HuberLoss", () -> new HuberLoss());
        loss("PoissonNLLLoss", () -> new PoissonNLLLoss());
        loss("SoftMarginLoss", () -> new SoftMarginLoss());
        loss("HingeEmbeddingLoss", () -> new HingeEmbeddingLoss());
        loss("CrossEntropyLoss", () -> new CrossEntropyLoss());
        loss("NLLLoss", () -> new NLLLoss());
        loss("MultiMarginLoss", () -> new MultiMarginLoss());
        loss("BCELoss", () -> new BCELoss());
        loss("BCEWithLogitsLoss", () -> new BCEWithLogitsLoss());
        loss("MultiLabelMarginLoss", () -> new MultiLabelMarginLoss());
        loss("MultiLabelSoftMarginLoss", () -> new MultiLabelSoftMarginLoss());
        loss("KLDivLoss", () -> new KLDivLoss());
        loss("MSELoss.sum", () -> new MSELoss(Reduction.SUM));
        loss("MSELoss.none", () -> new MSELoss(Reduction.NONE));
        loss("SmoothL1Loss.beta", () -> new SmoothL1Loss(Reduction.MEAN, 0.5));
        loss("HuberLoss.delta", () -> new HuberLoss(Reduction.SUM, 0.7));
        loss("PoissonNLLLoss.full", () -> new PoissonNLLLoss(false, true, 1e-8, Reduction.MEAN));
        loss("CrossEntropyLoss.weight", () -> new CrossEntropyLoss(factors(), 3, Reduction.MEAN, 0.1));
        loss("NLLLoss.weight", () -> new NLLLoss(factors(), 0, Reduction.MEAN));
        loss("MultiMarginLoss.weight", () -> new MultiMarginLoss(2, 0.5, factors(), Reduction.MEAN));
        loss("CrossEntropyLoss.probabilities", () -> new CrossEntropyLoss());
        loss("NLLLoss.images", () -> new NLLLoss());
        loss("BCELoss.weight", () -> new BCELoss(factors(), Reduction.MEAN));
        loss("BCEWithLogitsLoss.weight", () -> new BCEWithLogitsLoss(factors(), Reduction.MEAN, factors().mul(2)));
        loss("MultiLabelSoftMarginLoss.weight", () -> new MultiLabelSoftMarginLoss(factors(), Reduction.NONE));
        loss("KLDivLoss.batchmean", () -> KLDivLoss.batchMean(true));
        put("CosineEmbeddingLoss", () -> new CosineEmbeddingLoss(0.1, Reduction.MEAN),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1), x.get(2))));
        put("MarginRankingLoss", () -> new MarginRankingLoss(),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1), x.get(2))));
        put("TripletMarginLoss", () -> new TripletMarginLoss(),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1), x.get(2))));
        put("TripletMarginLoss.swap", () -> new TripletMarginLoss(2, 1, 1e-6, true, Reduction.SUM),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1), x.get(2))));
        put("GaussianNLLLoss", () -> new GaussianNLLLoss(),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1), x.get(2))));
        put("GaussianNLLLoss.full", () -> new GaussianNLLLoss(true, 0.5, Reduction.SUM),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1), x.get(2))));
        put("CTCLoss", () -> new CTCLoss(),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1), x.get(2), x.get(3))));
        put("LSTM", () -> new LSTM(3, 4), (m, x) -> lstm(m.forward(x.getFirst())));
        put("LSTM.state", () -> new LSTM(3, 4, LSTM.Options.layers(1).withBias(false)),
                (m, x) -> lstm(m.forward(x.get(0), x.get(1), x.get(2))));
        put("LSTM.deep", () -> new LSTM(3, 4,
                LSTM.Options.layers(2).withBatchFirst(true).withDropout(0.25).withBidirectional(true)),
                (m, x) -> lstm(m.forward(x.getFirst())));
        put("LSTM.unbatched", () -> new LSTM(3, 4, LSTM.Options.layers(1).withBatchFirst(true)),
                (m, x) -> lstm(m.forward(x.get(0), x.get(1), x.get(2))));
        put("LSTM.packed", () -> new LSTM(3, 4), (m, x) -> {
            LSTM.PackedOutput y = m.forward(PackedSequence.pack(x.get(0), false, 3, 5), x.get(1), x.get(2));
            return List.of(y.output().pad(), y.hidden(), y.cell());
        });
        put("LSTMCell", () -> new LSTMCell(3, 4), (m, x) -> cell(m.forward(x.getFirst())));
        put("LSTMCell.state", () -> new LSTMCell(3, 4, false, null),
                (m, x) -> cell(m.forward(x.get(0), x.get(1), x.get(2))));
        put("GRU", () -> new GRU(3, 4), (m, x) -> state(m.forward(x.getFirst())));
        put("GRU.state", () -> new GRU(3, 4, GRU.Options.layers(1).withBias(false)),
                (m, x) -> state(m.forward(x.get(0), x.get(1))));
        put("GRU.deep", () -> new GRU(3, 4,
                GRU.Options.layers(2).withBatchFirst(true).withDropout(0.25).withBidirectional(true)),
                (m, x) -> state(m.forward(x.getFirst())));
        put("GRU.unbatched", () -> new GRU(3, 4, GRU.Options.layers(1).withBatchFirst(true)),
                (m, x) -> state(m.forward(x.get(0), x.get(1))));
        put("GRU.packed", () -> new GRU(3, 4), (m, x) -> {
            StateRNN.PackedOutput y = m.forward(PackedSequence.pack(x.get(0), false, 3, 5), x.get(1));
            return List.of(y.output().pad(), y.hidden());
        });
        put("GRUCell", () -> new GRUCell(3, 4), (m, x) -> List.of(m.forward(x.getFirst())));
        put("GRUCell.state", () -> new GRUCell(3, 4, false, null), (m, x) -> List.of(m.forward(x.get(0), x.get(1))));
        put("RNN", () -> new RNN(3, 4), (m, x) -> state(m.forward(x.getFirst())));
        put("RNN.state", () -> new RNN(3, 4, RNN.Options.layers(1).withBias(false), RNN.Step.TANH, null),
                (m, x) -> state(m.forward(x.get(0), x.get(1))));
        put("RNN.deep", () -> new RNN(3, 4,
                RNN.Options.layers(2).withBatchFirst(true).withDropout(0.25).withBidirectional(true), RNN.Step.TANH,
                null),
                (m, x) -> state(m.forward(x.getFirst())));
        put("RNN.unbatched", () -> new RNN(3, 4, RNN.Options.layers(1).withBatchFirst(true), RNN.Step.TANH, null),
                (m, x) -> state(m.forward(x.get(0), x.get(1))));
        put("RNN.packed", () -> new RNN(3, 4), (m, x) -> {
            StateRNN.PackedOutput y = m.forward(PackedSequence.pack(x.get(0), false, 3, 5), x.get(1));
            return List.of(y.output().pad(), y.hidden());
        });
        put("RNNCell", () -> new RNNCell(3, 4), (m, x) -> List.of(m.forward(x.getFirst())));
        put("RNNCell.state", () -> new RNNCell(3, 4, false, RNN.Step.TANH, null),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1))));
        put("LSTM.proj", () -> new LSTM(3, 4, LSTM.Options.layers(2).withProjSize(2).withBidirectional(true)),
                (m, x) -> lstm(m.forward(x.getFirst())));
        put("RNN.relu", () -> new RNN(3, 4, RNN.Options.layers(1), RNN.Step.RELU, null),
                (m, x) -> state(m.forward(x.getFirst())));
        put("RNNCell.relu", () -> new RNNCell(3, 4, true, RNN.Step.RELU, null),
                (m, x) -> List.of(m.forward(x.getFirst())));
        put("MultiheadAttention", () -> new MultiheadAttention(8, 2),
                (m, x) -> attention(m.forward(x.get(0), x.get(1), x.get(2))));
        put("MultiheadAttention.batchFirst",
                () -> new MultiheadAttention(8, 2,
                        MultiheadAttention.Options.DEFAULT.withBias(false).withBatchFirst(true)),
                (m, x) -> attention(m.forward(x.get(0), x.get(1), x.get(2))));
        put("MultiheadAttention.fast", () -> new MultiheadAttention(8, 4),
                (m, x) -> attention(m.forward(x.get(0), x.get(1), x.get(2), null, false, null)));
        put("MultiheadAttention.sizes",
                () -> new MultiheadAttention(8, 2, MultiheadAttention.Options.DEFAULT.withSizes(5, 3)),
                (m, x) -> attention(m.forward(x.get(0), x.get(1), x.get(2))));
        put("MultiheadAttention.added",
                () -> new MultiheadAttention(8, 2,
                        MultiheadAttention.Options.DEFAULT.withAddBiasKv(true).withAddZeroAttn(true)),
                (m, x) -> attention(m.forward(x.get(0), x.get(1), x.get(2),
                        Torch.zeros(2, 4).maskedFill(x.get(3), -1e9), true, x.get(4), false, false)));
        put("MultiheadAttention.masks", () -> new MultiheadAttention(8, 2),
                (m, x) -> attention(m.forward(x.get(0), x.get(1), x.get(2), x.get(3), true, x.get(4), false, false)));
        put("MultiheadAttention.unbatched", () -> new MultiheadAttention(8, 2),
                (m, x) -> attention(m.forward(x.get(0), x.get(1), x.get(2))));
        put("MultiheadAttention.heads", () -> new MultiheadAttention(8, 2),
                (m, x) -> attention(m.forward(x.get(0), x.get(1), x.get(2), null, false, x.get(3))));
        layer("TransformerEncoderLayer", () -> new TransformerEncoderLayer(8, 2, SMALL));
        layer("TransformerEncoderLayer.normFirst", () -> new TransformerEncoderLayer(8, 2, SMALL.withDropout(0.25)
                .withActivation(Functional::gelu).withLayerNormEps(1e-4).withBatchFirst(true).withNormFirst(true)));
        put("TransformerEncoderLayer.masks", () -> new TransformerEncoderLayer(8, 2, SMALL.withBias(false)),
                (m, x) -> List.of(m.forward(x.get(0), Transformer.generateSquareSubsequentMask(3), x.get(1), false)));
        put("TransformerDecoderLayer", () -> new TransformerDecoderLayer(8, 2, SMALL),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1))));
        put("TransformerDecoderLayer.normFirst",
                () -> new TransformerDecoderLayer(8, 2, SMALL.withNormFirst(true).withBias(false)),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1))));
        put("TransformerDecoderLayer.masks", () -> new TransformerDecoderLayer(8, 2, SMALL),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1), new TransformerDecoderLayer.Masks(null,
                        Transformer.generateSquareSubsequentMask(4).slice(0, 0L, 3L, 1), null, null, true))));
        layer("TransformerEncoder", () -> {
            try (TransformerEncoderLayer layer = new TransformerEncoderLayer(8, 2, SMALL)) {
                return new TransformerEncoder(layer, 2, new LayerNorm(8));
            }
        });
        put("TransformerDecoder", () -> {
            try (TransformerDecoderLayer layer = new TransformerDecoderLayer(8, 2, SMALL)) {
                return new TransformerDecoder(layer, 2);
            }
        }, (m, x) -> List.of(m.forward(x.get(0), x.get(1))));
        put("Transformer", () -> new Transformer(8, 2, 2, 1, SMALL.withBatchFirst(true)),
                (m, x) -> List.of(m.forward(x.get(0), x.get(1), null, null, TransformerDecoderLayer.Masks.CAUSAL)));
        put("ModuleList", () -> new ModuleList<>(List.of(new Linear(1, 2), new Linear(1, 2), new ReLU())), null);
        put("ModuleDict", () -> {
            Map<String, Module> parts = new LinkedHashMap<>();
            parts.put("first", new Linear(1, 2));
            parts.put("rest", new Sequential(new Linear(2, 64), new Tanh()));
            return new ModuleDict(parts);
        }, null);
        put("ParameterList", () -> new ParameterList(List.of(wave(0.4, 2, 3), wave(0.4, 4))), null);
        put("ParameterDict", () -> {
            Map<String, Tensor> parts = new LinkedHashMap<>();
            parts.put("scale", wave(0.4, 2, 3));
            parts.put("shift", wave(0.4, 4));
            return new ParameterDict(parts);
        }, null);
        put("Sequential.empty", Sequential::new, null);
    }
}
