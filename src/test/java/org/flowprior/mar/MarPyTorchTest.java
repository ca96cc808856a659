package org.flowprior.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.flowprior.mar.TinyMar.assertClose;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.AdamW;
import org.flowprior.torch.optim.ParameterGroup;
import org.junit.jupiter.api.Test;

/** What {@code tools/oracle/mar.py} computed. */
class MarPyTorchTest {

    private static final long STEPS = 300;

    /** The script's {@code numbers}. */
    private record Numbers(Tensor tokens, Tensor labels, MarNoise noise, MarNoise diffusionNoise) {

        static Numbers of(long step) {
            try (Generator g = Generator.seeded(step)) {
                Tensor tokens = Torch.randn(new long[] {3, 6, 4}, g).to(DType.FLOAT64);
                Tensor labels = Torch.randint(5, new long[] {3}, g);
                Tensor orders = Torch.rand(new long[] {3, 6}, g).argsort(1);
                Tensor dropped = Torch.rand(new long[] {3}, g).lt(0.3);
                Tensor times = Torch.rand(new long[] {2, 3, 6}, g).to(DType.FLOAT64);
                Tensor noise = Torch.randn(new long[] {2, 3, 6, 4}, g).to(DType.FLOAT64);
                long masked = 3 + step % 4;
                Tensor steps = times.sub(0.25).clampMin(0).div(0.75).mul(1000).to(DType.INT64);
                return new Numbers(tokens, labels, new MarNoise(orders, masked, dropped, times, noise),
                        new MarNoise(orders, masked, dropped, steps, noise));
            }
        }
    }

    private static Map<String, Tensor> read(String name) {
        try {
            return Safetensors.read(Path.of(MarPyTorchTest.class.getResource(name).toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void compareGradients(String head, MarConfig config, DType dtype, double tolerance) {
        try (Scope scope = Scope.open(); Mar mar = TinyMar.create(config)) {
            mar.to(dtype);
            Map<String, Tensor> expected = read("mar-gradients.safetensors");
            Numbers numbers = Numbers.of(0);
            MarNoise noise = head.equals("flow") ? numbers.noise() : numbers.diffusionNoise();
            MarNoise same = noise.times().dtype() == DType.INT64
                    ? new MarNoise(noise.orders(), noise.masked(), noise.dropped(), noise.times(),
                            noise.noise().to(dtype))
                    : new MarNoise(noise.orders(), noise.masked(), noise.dropped(), noise.times().to(dtype),
                            noise.noise().to(dtype));
            Tensor loss = mar.loss(numbers.tokens().to(dtype), numbers.labels(), same);
            loss.backward();
            assertClose("loss", loss, expected.get(head + ".loss"), tolerance);
            compareGradients(mar, head, expected, tolerance);
        }
    }

    /** A bias of normalised keys moves all products of a query alike: its gradient is 0 but for rounding. */
    private static void compareGradients(Mar mar, String head, Map<String, Tensor> expected, double tolerance) {
        mar.namedParameters().forEach((name, parameter) -> {
            if (name.endsWith("k_norm.bias")) {
                assertThat(parameter.grad().abs().max().item()).as(name).isLessThan(1e-8);
            } else {
                assertClose(name, parameter.grad(), expected.get(head + "." + name), tolerance);
            }
        });
    }

    @Test
    void gradientsWithAFlowHead() {
        compareGradients("flow", TinyMar.CONFIG, DType.FLOAT32, 1e-4);
        compareGradients("flow", TinyMar.CONFIG, DType.FLOAT64, 1e-6);
    }

    @Test
    void gradientsWithADiffusionHeadAndWithoutNormalisedQueries() {
        MarConfig config = TinyMar.CONFIG.withQkNorm(false).withHead(new MarConfig.Head.Diffusion(2, 8, 2));
        compareGradients("diffusion", config, DType.FLOAT64, 1e-6);
        compareGradients("diffusion", config, DType.FLOAT32, 1e-4);
    }

    @Test
    void gradientsWithCheckpointing() {
        try (Scope scope = Scope.open(); Mar mar = TinyMar.create()) {
            mar.gradCheckpointing(true);
            Numbers numbers = Numbers.of(0);
            MarNoise noise = numbers.noise();
            mar.loss(numbers.tokens().to(DType.FLOAT32), numbers.labels(), new MarNoise(noise.orders(), noise.masked(),
                    noise.dropped(), noise.times().to(DType.FLOAT32), noise.noise().to(DType.FLOAT32))).backward();
            compareGradients(mar, "flow", read("mar-gradients.safetensors"), 1e-4);
        }
    }

    @Test
    void threeHundredStepsOfAdamWWithTheOfficialGroups() {
        try (Scope scope = Scope.open(); Mar mar = TinyMar.create()) {
            mar.to(DType.FLOAT64);
            List<ParameterGroup> groups = mar.parameterGroups(1e-3, 0.02);
            assertThat(groups).extracting(ParameterGroup::weightDecay).containsExactly(0.0, 0.02);
            Map<String, Tensor> expected = read("mar-steps.safetensors");
            double[] losses = expected.get("losses").toDoubleArray();
            try (AdamW optimizer = AdamW.ofGroups(groups, AdamOptions.ADAMW.withBetas(0.9, 0.95))) {
                for (int step = 0; step < STEPS; step++) {
                    try (Scope ofStep = Scope.open()) {
                        Numbers numbers = Numbers.of(step);
                        optimizer.zeroGrad();
                        Tensor loss = mar.loss(numbers.tokens(), numbers.labels(), numbers.noise());
                        loss.backward();
                        optimizer.step();
                        assertClose("loss of step " + step, loss, new double[] {losses[step]}, 1e-5);
                    }
                }
            }
            mar.namedParameters().forEach((name, parameter) -> assertClose(name, parameter, expected.get(name), 1e-5));
        }
    }
}
