package org.flowprior.cli.reproduce;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.flowprior.cli.common.Subcommand;
import org.flowprior.data.ImageSource;
import org.flowprior.data.ProceduralImages;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowprior reproduce}: makes a figure or table of the paper with the commands that it needs. */
@Command(
        name = "reproduce",
        sortOptions = false,
        description = {
            "Makes a figure or table of the paper with everything that it needs: targets, priors, autoencoders, latents, "
                    + "generators, images, evaluations. Each step is a command that could be typed, with a directory "
                    + "of its own. Steps that are done are skipped, and a stopped one continues; figures and tables "
                    + "in one --out share their steps.",
            "Tables are written as Markdown and CSV with the paper's numbers, figures with their numbers as CSV.",
            "Scales: quick (the default; about half an hour for a table on two cores: small networks, synthetic "
                    + "images, and stand-ins for the targets that are not given, all named below the table) and paper "
                    + "(the published settings and weights; all weights must be given)."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior reproduce fig3",
            "  flowprior reproduce table1",
            "  flowprior reproduce table2 --scale quick --qwen Qwen2.5-0.5B/ --out runs/qwen",
            "  flowprior reproduce table2 --scale paper --device cuda --out runs/paper \\",
            "      --images imagenet/train --validation imagenet/val --qwen Qwen2.5-0.5B/ \\",
            "      --encoder dinov2_vitl14_pretrain.pth --vgg vgg16-397923af.pth \\",
            "      --lpips-heads vgg.pth --dino dino_deitsmall16_pretrain.pth \\",
            "      --inception weights-inception-2015-12-05-6726825d.pth"})
public final class Reproduce extends Subcommand {

    enum Scale { QUICK, PAPER }

    private static final int DEFAULT_ROWS = 8192;

    @Parameters(paramLabel = "WHAT", description = "fig3, fig4, fig5, fig6, table1 or table2; or embeddings, the "
            + "synthetic table that stands in for Qwen's, as one file")
    private Subject subject;

    @Option(names = "--scale", paramLabel = "NAME", defaultValue = "quick",
            description = "quick or paper (default: ${DEFAULT-VALUE})")
    private Scale scale;

    @Option(names = {"-o", "--out"}, paramLabel = "DIR",
            description = "the directory of all figures and tables (default: runs/reproduce-SCALE)")
    private Path out;

    @Mixin
    private PaperInputs inputs;

    @Option(names = "--rows", paramLabel = "N", description = "rows of embeddings (default: " + DEFAULT_ROWS + ")")
    private Integer rows;

    @Option(names = "--dry-run", description = "prints the commands of the steps that are not done, and runs none")
    private boolean dryRun;

    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:N (default: cpu)")
    private String device;

    @Option(names = "--threads", paramLabel = "N", description = "threads of an op on the CPU (default: all cores)")
    private Integer threads;

    @Override
    public Integer call() throws IOException {
        checkOptions();
        if (dryRun && subject == Subject.EMBEDDINGS) {
            throw check().wrong("embeddings is one step; it goes without --dry-run");
        }
        if (subject == Subject.EMBEDDINGS) {
            SyntheticEmbeddings.write(out, rows == null ? DEFAULT_ROWS : rows);
            return 0;
        }
        Path root = out != null ? out : Path.of("runs", "reproduce-" + scale.name().toLowerCase(Locale.ROOT));
        boolean quiet = flag("--quiet");
        List<String> flags = quiet ? List.of("--quiet") : flag("--verbose") ? List.of("--verbose") : List.of();
        PrintWriter errors = spec().commandLine().getErr();
        Reproduction reproduction = new Reproduction(subject, root, recipe(), machine());
        if (dryRun) {
            reproduction.preview(out());
            return 0;
        }
        return reproduction.run(new Reproduction.Environment(session(),
                quiet ? new PrintWriter(PrintWriter.nullWriter()) : errors, errors, flags), out());
    }

    private Recipe recipe() throws IOException {
        if (scale == Scale.PAPER) {
            inputs.checkPaper(subject);
        } else {
            inputs.checkQuick();
        }
        int classes = new ProceduralImages(1, 1, 0).classes().size();
        if (inputs.images != null && !subject.ofToys()) {
            try (ImageSource source = ImageSource.open(Path.of(inputs.images))) {
                classes = source.classes().size();
            }
        }
        return scale == Scale.PAPER ? Recipe.paper(inputs, classes)
                : Recipe.quick(inputs, classes, Recipe.Quick.STANDARD);
    }

    /** Returns the options of all steps. */
    private List<String> machine() {
        List<String> options = new ArrayList<>();
        if (device != null) {
            options.addAll(List.of("--device", device));
        }
        if (threads != null) {
            options.addAll(List.of("--threads", "" + threads));
        }
        return options;
    }

    private boolean flag(String name) {
        return Boolean.TRUE.equals(spec().root().findOption(name).getValue());
    }

    private void checkOptions() {
        check().requireThreads("--threads");
        check().requirePositive("--rows");
        check().requireFor("embeddings", subject == Subject.EMBEDDINGS, "--rows");
        if (subject == Subject.EMBEDDINGS && (out == null || Files.isDirectory(out))) {
            throw check().wrong("embeddings needs a file: --out embeddings.safetensors");
        }
    }
}
