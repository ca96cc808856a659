package org.flowprior.torch.nn;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.flowprior.config.MetadataText;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.StateFile;

/**
 * One kind of network in files, under the official keys. Safetensors files of this program have the config in the
 * metadata; of other files, also {@code .pt}, the weights tell it.
 *
 * @param <C> the config that a network is made from
 * @param <M> the network
 */
public abstract class ModelFile<C extends Record, M extends Module> {

    private final Class<C> type;
    private final String key;
    private final String noun;
    private final List<String> entries;

    /**
     * The files of that kind.
     *
     * @param key     of the config in the metadata
     * @param noun    what the network is called in messages: {@code autoencoder}
     * @param entries of a {@code .pt} in which the weights may lie, see {@link StateFile#read}
     */
    protected ModelFile(Class<C> type, String key, String noun, List<String> entries) {
        this.type = type;
        this.key = key;
        this.noun = noun;
        this.entries = entries;
    }

    /** The config that weights tell; throws {@link IllegalArgumentException} for those of another network. */
    protected abstract C configOf(Map<String, Tensor> state);

    /**
     * Throws {@link IllegalArgumentException} where the config wants far more values than the state has: before memory
     * is taken for what a damaged file says.
     */
    protected abstract void requireSizes(C config, Map<String, Tensor> state);

    /** A network of that config. */
    protected abstract M create(C config);

    /** Whether a network of that config has that key; those that it has not are left out. */
    protected boolean isWanted(C config, String name) {
        return true;
    }

    /** The metadata that states the config. */
    public Map<String, String> metadata(C config) {
        return Map.of(key, MetadataText.of(config));
    }

    /**
     * The network in the file, float32 on the CPU, in evaluation mode.
     *
     * @param options what the config is to be, of what the file tells
     * @throws IllegalArgumentException naming the file, for content that is not such a network
     * @throws UncheckedIOException     when it cannot be read
     */
    public M read(Path file, UnaryOperator<C> options) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> state = state(file);
            M model = null;
            try {
                C config = options.apply(config(file, state));
                requireSizes(config, state);
                state.keySet().removeIf(name -> !isWanted(config, name));
                model = Init.skipped(() -> create(config));
                model.loadStateDict(state);
                model.eval();
                return model;
            } catch (RuntimeException e) {
                if (model != null) {
                    model.close();
                }
                throw e instanceof IllegalArgumentException wrong ? StateFile.refused(file, wrong) : e;
            }
        }
    }

    /**
     * The config of the network in the file, without making one.
     *
     * @throws IllegalArgumentException naming the file, for content that is not such a network
     * @throws UncheckedIOException     when it cannot be read
     */
    public C config(Path file) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> state = state(file);
            try {
                return config(file, state);
            } catch (IllegalArgumentException e) {
                throw StateFile.refused(file, e);
            }
        }
    }

    /**
     * The weights under the official keys, in the innermost scope.
     *
     * @throws IllegalArgumentException naming the file, for content that is no state
     * @throws UncheckedIOException     when it cannot be read
     */
    public Map<String, Tensor> state(Path file) {
        return StateFile.read(file, ("aeiou".indexOf(noun.charAt(0)) < 0 ? "a " : "an ") + noun, entries);
    }

    private C config(Path file, Map<String, Tensor> state) {
        String text = StateFile.metadata(file).get(key);
        return text == null ? configOf(state) : MetadataText.read(type, text, key, noun);
    }
}
