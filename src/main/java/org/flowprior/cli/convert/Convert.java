package org.flowprior.cli.convert;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.Subcommand;
import org.flowprior.cli.common.TextTable;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.io.StateFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowprior convert}: weights between safetensors and the official {@code .pt}. */
@Command(
        name = "convert",
        sortOptions = false,
        description = {
            "Converts weights: safetensors to the .pt that the official scripts load, and a .pt to safetensors.",
            "An autoencoder gets the entries model and ema, a generator model and model_ema, a prior model and ema "
                    + "with the keys flow_loss.net.*; a network in the paper's time and other tensors become a bare "
                    + "state dict. torch.load(weights_only=True) reads all of them."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior convert runs/ae/ema.safetensors --out ae.pt",
            "  flowprior convert runs/mar/ema.safetensors --out checkpoint-last.pth",
            "  flowprior convert 0250000.pt --entry model --out ae.safetensors"})
public final class Convert extends Subcommand {

    private static final List<String> ENTRIES = List.of("model_ema", "ema", "model", "state_dict");
    private static final int NAMES_SHOWN = 5;

    @Parameters(paramLabel = "FILE", description = "the weights: safetensors, .pt or .pth; the content tells which")
    private Path file;

    @Option(names = {"-o", "--out"}, required = true, paramLabel = "FILE",
            description = "the converted weights, which must not exist yet; .safetensors, .pt or .pth")
    private Path out;

    @Option(names = "--entry", paramLabel = "NAME",
            description = "the entry of a .pt, with dots into nested dicts (default: the first that exists of "
                    + "model_ema, ema, model and state_dict, otherwise the whole file)")
    private String entry;

    @Override
    public Integer call() throws IOException {
        FileArguments.requireNew(out);
        FileArguments.requirePlaces(out);
        FileArguments.requireFiles(file);
        boolean toPt = StateFile.isSafetensors(file);
        if (toPt && entry != null) {
            throw check().wrong("--entry goes with a .pt, not with safetensors");
        }
        if (!out.getFileName().toString().matches(toPt ? "(?i).+\\.(pt|pth|ckpt|bin)" : "(?i).+\\.safetensors")) {
            throw check().wrong("--out " + out + ": " + (toPt ? "safetensors become a .pt or .pth"
                    : "a .pt becomes a .safetensors"));
        }
        try (Scope scope = Scope.open()) {
            TextTable.print(out(), toPt ? writePt() : writeSafetensors());
        }
        return 0;
    }

    private List<List<String>> writePt() {
        Map<String, Tensor> tensors = Safetensors.read(file);
        OfficialLayout layout = OfficialLayout.of(file, tensors);
        PtFile.write(out, layout.object());
        List<List<String>> rows = new ArrayList<>(report(tensors.size() - layout.leftOut().size()));
        rows.add(TextTable.row("holds", "%s", layout.kind()));
        if (layout.object() instanceof Map<?, ?> map && map.containsKey("model")) {
            rows.add(TextTable.row("entries", "%s", String.join(", ", map.keySet().stream().map(String::valueOf)
                    .toList())));
        }
        leftOut(rows, layout.leftOut());
        List<String> facts = StateFile.metadata(file).keySet().stream().filter(key -> !key.equals("format")
                && !key.equals(StateFile.ENTRY) && !key.equals(StateFile.ARGUMENTS)).sorted().toList();
        leftOut(rows, facts.stream().map(key -> "metadata " + key).toList());
        return rows;
    }

    private List<List<String>> writeSafetensors() {
        List<String> keys = entry != null ? List.of(entry.split("\\.")) : defaultEntry();
        Map<String, Tensor> tensors = PtFile.readStateDict(file, keys.toArray(String[]::new));
        Map<String, String> metadata = new LinkedHashMap<>(Map.of("format", "pt"));
        if (keys.size() == 1) {
            metadata.put(StateFile.ENTRY, keys.getFirst());
        }
        String arguments = StateFile.argumentsText(file);
        if (!arguments.isEmpty()) {
            metadata.put(StateFile.ARGUMENTS, arguments);
        }
        Safetensors.write(out, tensors, metadata);
        List<List<String>> rows = new ArrayList<>(report(tensors.size()));
        rows.add(TextTable.row("entry", "%s", keys.isEmpty() ? "the whole file" : String.join(".", keys)));
        return rows;
    }

    private List<String> defaultEntry() {
        return PtFile.entries(file).stream().filter(ENTRIES::contains)
                .min((a, b) -> ENTRIES.indexOf(a) - ENTRIES.indexOf(b)).map(List::of).orElse(List.of());
    }

    private List<List<String>> report(int tensors) {
        return List.of(TextTable.row("file", "%s", out), TextTable.row("tensors", "%,d", tensors));
    }

    private static void leftOut(List<List<String>> rows, List<String> names) {
        if (!names.isEmpty()) {
            rows.add(TextTable.row("left out", "%s%s", String.join(", ", names.stream().limit(NAMES_SHOWN).toList()),
                    names.size() > NAMES_SHOWN ? ", …" : ""));
        }
    }
}
