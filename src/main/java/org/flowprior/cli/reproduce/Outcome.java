package org.flowprior.cli.reproduce;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.flowprior.cli.common.TextTable;
import org.flowprior.plot.BundledFont;
import org.flowprior.plot.Figure4;
import org.flowprior.target.ToyTarget;

/** The result of a reproduction: a table or a figure, from the directories of its steps. */
interface Outcome {

    /** Writes and prints it with the seconds that the steps took. */
    void write(double seconds, PrintWriter out) throws IOException;

    /** Plans the steps that the subject needs. Returns the outcome that is made of them. */
    static Outcome of(Subject subject, Path root, Recipe recipe, Plan plan) {
        return switch (subject) {
            case FIG3 -> toy(subject, root, plan.toy("gaussian"));
            case FIG5, FIG6 -> toy(subject, root, plan.toy("all"));
            case FIG4 -> figure4(root, plan);
            case TABLE1, TABLE2 -> {
                List<TableRow> rows = subject == Subject.TABLE1 ? TableRow.table1() : TableRow.table2();
                rows.forEach(plan::row);
                yield (seconds, out) -> table(new PaperTable(root, rows), root, subject, recipe, seconds, out);
            }
            case EMBEDDINGS -> throw new IllegalArgumentException("embeddings has no steps");
        };
    }

    private static void table(PaperTable table, Path root, Subject subject, Recipe recipe, double seconds,
            PrintWriter out) {
        Path markdown = root.resolve(subject.typed() + ".md");
        Path csv = root.resolve(subject.typed() + ".csv");
        List<String> notes = TableNotes.of(subject, recipe, table.anyEvaluation(), seconds);
        table.writeMarkdown(markdown, "Table " + subject.typed().substring("table".length()) + ", scale "
                + recipe.scale(), notes);
        table.writeCsv(csv);
        TextTable.print(out, table.cells());
        out.println();
        notes.forEach(note -> out.println("- " + note));
        out.println();
        out.println("table  " + markdown);
        out.println("csv    " + csv);
        out.flush();
    }

    private static Outcome figure4(Path root, Plan plan) {
        List<Path> runs = Arrays.stream(TargetKind.values())
                .map(target -> plan.autoencoder(Variant.aligned(target))).toList();
        return (seconds, out) -> {
            BundledFont.use();
            List<Figure4.Series> series = new ArrayList<>();
            for (TargetKind target : TargetKind.values()) {
                series.add(Figure4.Series.read(target.title, runs.get(target.ordinal())));
            }
            Path figure = Figure4.write(root.resolve("fig4"), series);
            List<List<String>> rows = new ArrayList<>(List.of(List.of("prior", "Pearson", "Spearman")));
            series.forEach(one -> rows.add(List.of(one.title(), rounded(one.pearson()), rounded(one.spearman()))));
            TextTable.print(out, rows);
            out.println();
            end(out, figure, seconds);
        };
    }

    private static String rounded(double correlation) {
        return String.format(Locale.ROOT, "%.3f", correlation);
    }

    /** Copies the figures of a toy run, and their numbers. */
    private static Outcome toy(Subject subject, Path root, Path run) {
        String name = "figure" + subject.typed().substring("fig".length());
        return (seconds, out) -> {
            Path place = Files.createDirectories(root.resolve(subject.typed()));
            copy(run.resolve("figures"), name, place, "");
            for (ToyTarget target : ToyTarget.values()) {
                Path own = run.resolve(target.commandName() + "/figures");
                if (Files.isDirectory(own)) {
                    copy(own, subject == Subject.FIG5 ? "figure3" : name, place, target.commandName() + "-");
                }
            }
            end(out, place.resolve(name + ".png"), seconds);
        };
    }

    private static void copy(Path from, String beginning, Path to, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(f -> f.getFileName().toString().startsWith(beginning)).toList()) {
                Files.copy(file, to.resolve(prefix + file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static void end(PrintWriter out, Path figure, double seconds) {
        out.println("figure  " + figure);
        out.println("time    " + String.format(Locale.ROOT, "%.0f s for the steps", seconds));
        out.flush();
    }
}
