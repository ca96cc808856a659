package org.flowprior.torch.io;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a safetensors file says of itself.
 *
 * @param metadata the free text that goes with the tensors, empty where there is none
 * @param tensors  the tensors in the order of their data
 */
public record SafetensorsHeader(Map<String, String> metadata, List<TensorFiles.Entry> tensors) {

    static SafetensorsHeader of(SafetensorsParser.Parsed parsed) {
        return new SafetensorsHeader(parsed.metadata(), parsed.tensors().stream()
                .map(t -> TensorFiles.Entry.tensor(t.name(), t.dtype(), t.shape(), "")).toList());
    }

    /** Metadata and tensors, as {@link TensorFiles#list} gives them. */
    List<TensorFiles.Entry> entries() {
        List<TensorFiles.Entry> entries = new ArrayList<>();
        metadata.forEach((key, value) -> entries.add(TensorFiles.Entry.value("__metadata__." + key, value)));
        entries.addAll(tensors);
        return entries;
    }
}
