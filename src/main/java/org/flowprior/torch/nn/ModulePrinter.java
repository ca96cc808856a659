package org.flowprior.torch.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.flowprior.torch.Device;
import org.flowprior.torch.Tensor;

/** The text of {@code print(model)} in PyTorch. */
final class ModulePrinter {

    private ModulePrinter() {}

    static String print(Module module) {
        List<String> parts = new ArrayList<>();
        module.namedChildren().forEach((name, child) -> parts.add(entry(name, child.toString())));
        return enclose(module, parts);
    }

    /** Says equal neighbours once, as PyTorch does for a ModuleList: {@code (0-5): 6 x Block(}. */
    static String printRuns(Module module) {
        List<String> texts = new ArrayList<>();
        module.namedChildren().values().forEach(child -> texts.add(child.toString()));
        List<String> parts = new ArrayList<>();
        for (int first = 0, end; first < texts.size(); first = end) {
            end = first + 1;
            while (end < texts.size() && texts.get(end).equals(texts.get(first))) {
                end++;
            }
            int count = end - first;
            parts.add(count == 1 ? entry(Integer.toString(first), texts.get(first))
                    : entry(first + "-" + (end - 1), count + " x " + texts.get(first)));
        }
        return enclose(module, parts);
    }

    private static String entry(String name, String text) {
        return "(" + name + "): " + text.replace("\n", "\n  ");
    }

    private static String enclose(Module module, List<String> parts) {
        String extra = module.extraRepr();
        String start = module.typeName() + "(";
        if (parts.isEmpty() && !extra.contains("\n")) {
            return start + extra + ")";
        }
        List<String> lines = new ArrayList<>(extra.isEmpty() ? List.of() : List.of(extra.split("\n")));
        lines.addAll(parts);
        return start + "\n  " + String.join("\n  ", lines) + "\n)";
    }

    /** The lines of the parameters of a list, under their numbers. */
    static String parameters(List<Tensor> parameters, Function<Tensor, String> type) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        parameters.forEach(parameter -> named.put(Integer.toString(named.size()), parameter));
        return parameters(named, type);
    }

    /** The lines of the parameters of a dictionary. */
    static String parameters(Map<String, Tensor> parameters, Function<Tensor, String> type) {
        List<String> lines = new ArrayList<>();
        parameters.forEach((name, parameter) -> {
            String sizes = String.join("x", Arrays.stream(parameter.shape()).mapToObj(Long::toString).toList());
            String place = parameter.device().type() == Device.Type.CUDA ? " (" + parameter.device() + ")" : "";
            lines.add("  (" + name + "): Parameter containing: [" + type.apply(parameter) + " of size " + sizes + place
                    + "]");
        });
        return String.join("\n", lines);
    }
}
