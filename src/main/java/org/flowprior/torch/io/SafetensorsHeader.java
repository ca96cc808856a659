package org.flowprior.torch.io;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file.
 *
 * @param metadata free text that the file has besides the tensors, or empty
 * @param tensors  the tensors in the order of their data
 */
public record SafetensorsHeader(Map<String, String> metadata, List<TensorFiles.Entry> tensors) {

    /** Returns metadata and tensors, as {@link TensorFiles#list} gives them. */
    List<TensorFiles.Entry> entries() {
        List<TensorFiles.Entry> entries = new ArrayList<>();
        metadata.forEach((key, value) -> entries.add(TensorFiles.Entry.value(Safetensors.METADATA + "." + key, value)));
        entries.addAll(tensors);
        return entries;
    }
}
