package org.flowprior.torch.io;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Tensor;

/** The JSON of a safetensors header. */
final class SafetensorsHeaderText {

    private SafetensorsHeaderText() {}

    static String of(List<Map.Entry<String, ? extends Tensor>> tensors, Map<String, String> metadata) {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.setHtmlSafe(false);
            json.beginObject();
            if (!metadata.isEmpty()) {
                json.name("__metadata__").beginObject();
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.name(entry.getKey()).value(entry.getValue());
                }
                json.endObject();
            }
            long offset = 0;
            for (Map.Entry<String, ? extends Tensor> entry : tensors) {
                offset = writeTensor(json, entry.getKey(), entry.getValue(), offset);
            }
            json.endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static long writeTensor(JsonWriter json, String name, Tensor tensor, long offset) throws IOException {
        long[] shape = tensor.shape();
        long end = offset + Shapes.bytes(tensor.dtype(), shape);
        json.name(name).beginObject();
        json.name("dtype").value(SafetensorsType.of(tensor.dtype()).name());
        json.name("shape").beginArray();
        for (long size : shape) {
            json.value(size);
        }
        json.endArray();
        json.name("data_offsets").beginArray().value(offset).value(end).endArray();
        json.endObject();
        return end;
    }
}
