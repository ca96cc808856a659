package org.flowprior.train.mar;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flowprior.config.RequestException;
import org.flowprior.mar.LatentLayout;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarConfig;
import org.flowprior.mar.MarFile;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.nn.StateDictException;

/** Makes the generator of a config for the latents of a cache. */
final class MarNetworks {

    private MarNetworks() {}

    private static MarConfig sizes(MarTrainingConfig config, MarData data) {
        return config.model().sizes(new LatentLayout.Sequence(data.tokens(), data.channels()), data.classes().size());
    }

    /**
     * Checks the file of initial weights without making a network.
     *
     * @throws RequestException         if the file does not exist, or has other sizes
     * @throws IllegalArgumentException if it is not the file of a generator
     */
    static void requireFitting(MarTrainingConfig config, MarData data) {
        MarConfig wanted = sizes(config, data);
        String weights = config.model().weights();
        if (weights.isEmpty()) {
            return;
        }
        if (!Files.isRegularFile(Path.of(weights))) {
            throw new RequestException("there is no file " + weights + " to begin with (model.weights)");
        }
        MarConfig found = MarFile.config(Path.of(weights));
        if (!sizes(found).equals(sizes(wanted))) {
            throw new RequestException(("%s has a generator of %,d parameters, and the config makes one of %,d, of "
                    + "other sizes").formatted(weights, found.parameterCount(), wanted.parameterCount()));
        }
    }

    /** Returns everything that the shapes of the weights depend on. */
    private static List<Object> sizes(MarConfig config) {
        return List.of(config.tokens(), config.channels(), config.width(), config.encoderDepth(),
                config.decoderDepth(), config.hidden(), config.classes(), config.bufferSize(),
                config.qkNorm() ? config.width() / config.heads() : 0, config.headNetwork());
    }

    /**
     * Makes the generator on the config's device.
     *
     * @param begin whether to read the config's file of initial weights; a run that continues has its own weights
     * @throws IllegalArgumentException with the file's name, if its weights are those of another generator
     */
    static Mar create(MarTrainingConfig config, MarData data, boolean begin) {
        Mar mar;
        try (Generator initial = Generator.seeded(Seeds.derive(config.seed(), "mar.weights"))) {
            mar = new Mar(sizes(config, data), initial);
        }
        try {
            String weights = config.model().weights();
            if (begin && !weights.isEmpty()) {
                try (Scope scope = Scope.open()) {
                    mar.loadStateDict(MarFile.state(Path.of(weights)));
                } catch (StateDictException e) {
                    throw new IllegalArgumentException(weights + ": " + e.getMessage(), e);
                }
            }
            mar.to(Device.of(config.device()));
            return mar;
        } catch (RuntimeException e) {
            mar.close();
            throw e;
        }
    }
}
