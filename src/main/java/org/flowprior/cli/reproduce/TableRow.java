package org.flowprior.cli.reproduce;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A row of a table.
 *
 * @param group    the varied quantity; empty if the table has no groups
 * @param title    the paper's name
 * @param variant  the autoencoder
 * @param measured the measurements
 * @param paper    the paper's numbers, in the order of the table's columns
 */
record TableRow(String group, String title, Variant variant, List<Measured> measured, List<Double> paper) {

    /** A measurement of an autoencoder; each has a file. */
    enum Measured {
        /** Reconstructions. */
        RECONSTRUCTION("-reconstruction"),
        /** Images of a generator without guidance. */
        UNGUIDED(""),
        /** Images with guidance. */
        GUIDED("-guided");

        private final String ending;

        Measured(String ending) {
            this.ending = ending;
        }

        /** Returns the name of its files. */
        String file(Variant variant) {
            return variant.key() + ending;
        }
    }

    private static TableRow first(String title, Variant variant, double... paper) {
        return new TableRow("", title, variant, List.of(Measured.values()), Arrays.stream(paper).boxed().toList());
    }

    private static TableRow second(String group, String title, Variant variant, double... paper) {
        return new TableRow(group, title, variant, List.of(Measured.RECONSTRUCTION, Measured.UNGUIDED),
                Arrays.stream(paper).boxed().toList());
    }

    /** Returns the rows of Table 1: rFID, PSNR; FID, IS, precision, recall; the same four with guidance. */
    static List<TableRow> table1() {
        Stream<TableRow> plain = Stream.of(
                first("AE", Variant.PLAIN, 1.13, 20.20, 15.08, 86.37, 0.60, 0.59, 5.26, 237.60, 0.56, 0.65),
                first("KL", Variant.KL, 1.65, 22.59, 12.94, 91.86, 0.60, 0.58, 5.29, 200.85, 0.57, 0.65),
                first("SoftVQ", Variant.SOFT_VQ, 0.61, 23.00, 13.30, 93.40, 0.60, 0.57, 6.09, 198.53, 0.58, 0.61));
        return Stream.concat(plain, Arrays.stream(TargetKind.values()).map(target -> first(target.title,
                Variant.aligned(target), switch (target) {
                    case VAE -> new double[] {1.22, 22.31, 12.04, 98.66, 0.56, 0.57, 5.02, 240.03, 0.56, 0.62};
                    case DINO -> new double[] {1.26, 23.07, 11.47, 101.74, 0.59, 0.59, 4.87, 250.38, 0.54, 0.67};
                    case VQ -> new double[] {2.99, 22.32, 24.63, 48.17, 0.55, 0.53, 10.04, 119.64, 0.47, 0.65};
                    case QWEN -> new double[] {0.85, 23.12, 11.89, 102.23, 0.55, 0.57, 6.56, 262.89, 0.49, 0.69};
                }))).toList();
    }

    /** Returns the rows of Table 2: rFID, PSNR; FID, IS. */
    static List<TableRow> table2() {
        String projection = "projection";
        String weight = "weight";
        return List.of(
                second(projection, "random", Variant.projected("random"), 0.85, 23.12, 11.89, 102.23),
                second(projection, "average pooling", Variant.projected("average-pooling"), 0.94, 22.98, 16.06, 60.37),
                second(projection, "PCA", Variant.projected("pca"), 0.87, 23.14, 14.95, 83.59),
                second(weight, "0.001", Variant.weighted(0.001), 0.89, 22.78, 17.57, 75.20),
                second(weight, "0.005", Variant.weighted(0.005), 1.02, 22.98, 16.93, 78.01),
                second(weight, "0.01", Variant.weighted(0.01), 1.31, 23.12, 13.67, 82.13),
                second(weight, "0.05", Variant.weighted(0.05), 1.81, 21.82, 12.30, 92.48));
    }
}
