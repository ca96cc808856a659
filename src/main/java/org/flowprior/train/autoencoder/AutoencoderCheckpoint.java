package org.flowprior.train.autoencoder;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.autoencoder.AutoencoderLoss;
import org.flowprior.config.Json;
import org.flowprior.data.LoaderPosition;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.optim.Ema;
import org.flowprior.torch.optim.Optimizer;
import org.flowprior.torch.optim.OptimizerState;
import org.flowprior.train.StageFiles;

/**
 * The files of a checkpoint: autoencoder, its moving averages, discriminator with its buffers, both optimisers, the
 * averages of the losses, the random generators, and the position in the images.
 */
final class AutoencoderCheckpoint {

    static final String WEIGHTS = "model.safetensors";
    static final String AVERAGES = "ema.safetensors";
    static final String DISCRIMINATOR = "discriminator.safetensors";
    static final String DISCRIMINATOR_OPTIMIZER = "optimizer-disc.safetensors";
    static final String LOSS = "loss.safetensors";
    static final String DATA = "data.json";

    /** The parts of a checkpoint. */
    record Parts(AutoencoderNetworks networks, Ema averages, Optimizer optimizer, Optimizer discriminatorOptimizer,
                 AutoencoderLoss loss, Map<String, Generator> generators, AutoencoderData data) {}

    private AutoencoderCheckpoint() {}

    static void save(Path directory, Parts parts) throws IOException {
        try (Scope scope = Scope.open()) {
            parts.networks.writeAutoencoder(directory.resolve(WEIGHTS));
            try (Ema.Swap swap = parts.averages.swap()) {
                parts.networks.writeAutoencoder(directory.resolve(AVERAGES));
            }
            StageFiles.save(directory, parts.optimizer, parts.generators);
            if (parts.discriminatorOptimizer != null) {
                write(directory, DISCRIMINATOR, parts.networks.discriminator().stateDict());
                write(directory, DISCRIMINATOR_OPTIMIZER, parts.discriminatorOptimizer.stateDict().toTensors());
            }
            write(directory, LOSS, parts.loss.stateDict());
        }
        JsonObject position = new JsonObject();
        position.addProperty("epoch", parts.data.position().epoch());
        position.addProperty("index", parts.data.position().index());
        Files.writeString(directory.resolve(DATA), Json.pretty(position));
    }

    static void load(Path directory, Parts parts) {
        try (Scope scope = Scope.open()) {
            parts.networks.autoencoder().loadStateDict(read(directory, WEIGHTS));
            Map<String, Tensor> averages = new LinkedHashMap<>(read(directory, AVERAGES));
            averages.keySet().retainAll(parts.averages.stateDict().keySet());
            parts.averages.loadStateDict(averages);
            StageFiles.load(directory, parts.optimizer, parts.generators);
            if (parts.discriminatorOptimizer != null) {
                parts.networks.discriminator().loadStateDict(read(directory, DISCRIMINATOR));
                parts.discriminatorOptimizer.loadStateDict(OptimizerState.ofTensors(read(directory,
                        DISCRIMINATOR_OPTIMIZER)));
            }
            parts.loss.loadStateDict(read(directory, LOSS));
        }
        JsonObject position = Json.read(directory.resolve(DATA));
        parts.data.seek(new LoaderPosition(position.get("epoch").getAsLong(), position.get("index").getAsLong()));
    }

    private static void write(Path directory, String name, Map<String, Tensor> tensors) {
        Safetensors.write(directory.resolve(name), tensors);
    }

    private static Map<String, Tensor> read(Path directory, String name) {
        return Safetensors.read(directory.resolve(name));
    }
}
