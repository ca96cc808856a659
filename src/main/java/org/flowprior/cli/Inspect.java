package org.flowprior.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.flowprior.cli.common.Subcommand;
import org.flowprior.torch.io.TensorFiles;
import org.flowprior.torch.io.TensorFiles.Entry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code flowprior inspect}: lists the content of a tensor file. */
@Command(
        name = "inspect",
        description = "Lists the content of a safetensors, .pt, npy or npz file or of a checkpoint's directory, without loading it.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior inspect flow_model.pt",
            "  flowprior inspect runs/toy-gaussian-quick/checkpoints/last"})
final class Inspect extends Subcommand {

    @Parameters(paramLabel = "FILE", description = "the file or directory")
    private Path file;

    @Override
    public Integer call() {
        List<Entry> entries = TensorFiles.list(file);
        int name = width(entries.stream().map(Entry::name).toList(), "name");
        int shape = width(entries.stream().map(Inspect::shape).toList(), "shape");
        PrintWriter out = out();
        String row = "%-" + name + "s  %-14s  %-" + shape + "s  %14s  %s";
        out.println(String.format(row, "name", "dtype", "shape", "bytes", "").stripTrailing());
        for (Entry entry : entries) {
            out.println(String.format(Locale.ROOT, row, entry.name(), entry.isTensor() ? entry.dtype() : "-",
                    shape(entry), entry.isTensor() ? String.format(Locale.ROOT, "%,d", entry.bytes()) : "",
                    entry.note()).stripTrailing());
        }
        List<Entry> tensors = entries.stream().filter(Entry::isTensor).toList();
        out.println(String.format(Locale.ROOT, "%,d tensors, %,d elements, %,d bytes", tensors.size(),
                tensors.stream().mapToLong(e -> e.bytes() / e.dtype().bytes()).sum(),
                tensors.stream().mapToLong(Entry::bytes).sum()));
        return 0;
    }

    private static String shape(Entry entry) {
        return entry.isTensor() ? Arrays.toString(entry.shape()) : "";
    }

    private static int width(List<String> cells, String heading) {
        return Math.max(heading.length(), cells.stream().mapToInt(String::length).max().orElse(0));
    }
}
