package org.flowprior.flow;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.flowprior.target.IdentityProjection;
import org.flowprior.target.Projection;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.io.StateFile;

/** {@link FlowPrior}s in files, see there for the layout. Training writes them here, from weights it goes on with. */
public final class FlowPriorFile {

    private static final String SCALING = "scaling";
    private static final String PROVENANCE = "provenance.";
    private static final String VERSION = PROVENANCE + "flowprior";

    private FlowPriorFile() {}

    /**
     * Writes a prior; an old file is replaced whole or not at all. The version of flowprior joins the provenance,
     * unless that names one.
     *
     * @param network the velocity network's state under its bare keys, weights or their averages
     */
    public static void write(Path file, Map<String, Tensor> network, TimeConvention convention, Projection projection,
            double scaling, Map<String, String> provenance) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        network.forEach((key, tensor) -> tensors.put(FlowModelFile.PREFIX + key, tensor));
        tensors.putAll(projection.tensors());
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(FlowModelFile.CONVENTION, convention.name().toLowerCase(Locale.ROOT));
        metadata.put(SCALING, Double.toString(scaling));
        metadata.putAll(projection.metadata());
        provenance.forEach((key, value) -> metadata.put(PROVENANCE + key, value));
        String version = FlowPriorFile.class.getPackage().getImplementationVersion();
        if (version != null) {
            metadata.putIfAbsent(VERSION, version);
        }
        Safetensors.write(file, tensors, metadata);
    }

    static FlowPrior read(Path file, TimeConvention unstated) {
        FlowModel model = FlowModelFile.read(file, unstated).freeze();
        try {
            return complete(file, model);
        } catch (IllegalArgumentException e) {
            model.close();
            throw e.getMessage().startsWith(file.toString()) ? e
                    : new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private static FlowPrior complete(Path file, FlowModel model) {
        Map<String, String> metadata = StateFile.metadata(file);
        boolean bare = !metadata.containsKey(SCALING);
        Projection projection = bare
                ? new IdentityProjection(Math.toIntExact(model.network().config().targetChannels()))
                : projection(file, metadata);
        try {
            return bare ? new FlowPrior(model, projection, 1, Map.of())
                    : new FlowPrior(model, projection, scaling(metadata.get(SCALING)), provenance(metadata));
        } catch (IllegalArgumentException e) {
            projection.close();
            throw e;
        }
    }

    private static Projection projection(Path file, Map<String, String> metadata) {
        try (Scope scope = Scope.open()) {
            return Projection.of(Safetensors.read(file), metadata);
        }
    }

    private static double scaling(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the metadata says " + SCALING + " = '" + text + "', which is no number",
                    e);
        }
    }

    private static Map<String, String> provenance(Map<String, String> metadata) {
        Map<String, String> provenance = new LinkedHashMap<>();
        metadata.forEach((key, value) -> {
            if (key.startsWith(PROVENANCE)) {
                provenance.put(key.substring(PROVENANCE.length()), value);
            }
        });
        return provenance;
    }
}
