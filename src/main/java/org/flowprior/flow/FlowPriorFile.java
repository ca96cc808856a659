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

/** {@link FlowPrior}s in files, in the layout described there. Training writes them while it still uses the weights. */
public final class FlowPriorFile {

    private static final String SCALING = "scaling";
    private static final String PROVENANCE = "provenance.";

    private FlowPriorFile() {}

    /**
     * Writes a prior; an old file is replaced whole or not at all. Adds the version of flowprior to the provenance,
     * unless it names one.
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
            metadata.putIfAbsent(PROVENANCE + "flowprior", version);
        }
        Safetensors.write(file, tensors, metadata);
    }

    static FlowPrior read(Path file, TimeConvention unstated) {
        FlowModel model = FlowModelFile.read(file, unstated).freeze();
        Projection projection = null;
        try (Scope scope = Scope.open()) {
            Map<String, String> metadata = StateFile.metadata(file);
            if (!metadata.containsKey(SCALING)) {
                projection = new IdentityProjection(Math.toIntExact(model.network().config().targetChannels()));
                return new FlowPrior(model, projection, 1, Map.of());
            }
            projection = Projection.of(Safetensors.read(file), metadata);
            return new FlowPrior(model, projection, scaling(metadata.get(SCALING)),
                    FlowModelFile.under(PROVENANCE, metadata));
        } catch (IllegalArgumentException e) {
            if (projection != null) {
                projection.close();
            }
            model.close();
            throw e.getMessage().startsWith(file.toString()) ? e : StateFile.refused(file, e);
        }
    }

    private static double scaling(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "the metadata says " + SCALING + " = '" + text + "', which is not a number", e);
        }
    }
}
