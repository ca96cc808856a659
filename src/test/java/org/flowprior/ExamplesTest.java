package org.flowprior;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.flowprior.examples.AlignEncoder;
import org.flowprior.examples.EvaluateImages;
import org.flowprior.examples.Gan;
import org.flowprior.examples.LstmLanguageModel;
import org.flowprior.examples.MnistClassifier;
import org.flowprior.examples.OwnFunction;
import org.flowprior.examples.OwnModule;
import org.flowprior.examples.OwnOptimizer;
import org.flowprior.examples.PriorOnArrays;
import org.flowprior.examples.SampleImages;
import org.flowprior.examples.SmallTransformer;
import org.flowprior.fixtures.Recorded;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Npy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs in {@code src/examples/java}, run as a user runs them, for a few steps. */
@InScope
class ExamplesTest {

    @TempDir
    private Path directory;

    private interface Program {
        void main(String[] args) throws Exception;
    }

    private static String printed(Program program, Object... args) throws Exception {
        PrintStream console = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        try {
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            program.main(words);
        } finally {
            System.setOut(console);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void ownModuleLearns() throws Exception {
        String text = printed(OwnModule::main, directory.resolve("classifier.safetensors"), 200);
        String share = text.lines().filter(line -> line.endsWith("correctly classified")).findFirst().orElseThrow();
        assertThat(Double.parseDouble(share.split(" ")[0])).isGreaterThan(90);
    }

    /** Within 1e-5 of what PyTorch printed from the same weights: tools/oracle/examples.py. */
    private static void followsPyTorch(String name, Program program) throws Exception {
        String text = printed(program, Resources.path("examples/" + name + ".safetensors"));
        double[] losses = Pattern.compile("loss (\\S+?)(,|\\s)").matcher(text).results()
                .mapToDouble(m -> Double.parseDouble(m.group(1))).toArray();
        Recorded.assertClose(name, losses, Recorded.numbers(Resources.json("examples/losses.json").get(name)), 1e-5);
    }

    @Test
    void programsOfAPyTorchUserGiveItsLosses() throws Exception {
        followsPyTorch("mnist_classifier", MnistClassifier::main);
        followsPyTorch("lstm_language_model", LstmLanguageModel::main);
        followsPyTorch("small_transformer", SmallTransformer::main);
        followsPyTorch("gan", Gan::main);
        followsPyTorch("own_function", OwnFunction::main);
        followsPyTorch("own_optimizer", OwnOptimizer::main);
    }

    @Test
    void aPriorOnArraysAlignsAnEncoder() throws Exception {
        Path array = directory.resolve("features.npy");
        Path prior = directory.resolve("prior.safetensors");
        Npy.write(array, Torch.randn(1000, 16).mul(3));
        assertThat(printed(PriorOnArrays::main, array, prior, 20)).contains("written to " + prior);
        assertThat(printed(AlignEncoder::main, prior, 0.1, 20)).contains("step 20, reconstruction ");
    }

    @Test
    void imagesAreSampledAndEvaluated() throws Exception {
        Path samples = directory.resolve("samples");
        assertThat(printed(SampleImages::main, Resources.path("old/mar/expected-mar.safetensors"),
                Resources.path("old/ae/expected-autoencoder.safetensors"), samples, 4))
                .contains("40 images in " + samples);
        assertThat(printed(EvaluateImages::main, samples, "procedural:8?count=60", 2)).contains("fid", "precision");
    }
}
