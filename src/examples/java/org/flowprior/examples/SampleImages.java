package org.flowprior.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.console.Console;
import org.flowprior.generate.ClassLabels;
import org.flowprior.generate.ImageSampler;
import org.flowprior.generate.ImageSampling;
import org.flowprior.generate.SampledFolder;
import org.flowprior.mar.Guidance;
import org.flowprior.mar.HeadSampling;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarFile;
import org.flowprior.mar.MarSampler;
import org.flowprior.torch.Precision;

/**
 * Images from a generator and an autoencoder (Sec. 5.2): a folder of PNG files and a grid, with classifier-free
 * guidance. What is in the folder already is not made again.
 *
 * <pre>java … org.flowprior.examples.SampleImages mar.safetensors autoencoder.safetensors directory [per class]</pre>
 */
public final class SampleImages {

    private SampleImages() {}

    /** Samples as many images of each class, and prints where they are. */
    public static void main(String[] args) throws IOException {
        Path generator = Path.of(args[0]);
        int perClass = args.length > 3 ? Integer.parseInt(args[3]) : 2;
        double scaling = MarFile.scaling(generator).orElseThrow();
        try (Mar mar = MarFile.read(generator); Autoencoder autoencoder = Autoencoder.read(Path.of(args[1]))) {
            int tokens = (int) mar.config().layout().tokens();
            MarSampler.Options options = new MarSampler.Options(Math.min(64, tokens),
                    new Guidance(3, Guidance.Schedule.LINEAR),
                    new HeadSampling(HeadSampling.Solver.OFFICIAL, 25, 0.95));
            ClassLabels labels = ClassLabels.ofAll((int) mar.config().classes(), perClass);
            try (ImageSampler sampler = ImageSampler.of(mar, autoencoder, scaling, options, Precision.FLOAT32)) {
                ImageSampling sampling = new ImageSampling(sampler, labels, 0, 16);
                SampledFolder folder = sampling.open(Path.of(args[2]), Map.of("generator", generator.toString()));
                sampling.fill(folder, Console.silent(), () -> false);
                folder.writeGrid(Path.of(args[2] + ".png"));
                System.out.printf("%d images in %s, side by side in %s.png%n", labels.count(), args[2], args[2]);
            }
        }
    }
}
