package org.flowprior.torch.nn;

import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.flowprior.config.MetadataText;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.StateFile;

/**
 * Networks of one kind in files, under the official keys. Safetensors files of this program have the config in the
 * metadata; for other files, also {@code .pt}, it follows from the weights.
 *
 * @param <C> the config that a network is made from
 * @param <M> the network
 */
public abstract class ModelFile<C extends Record, M extends Module> {

    private static final System.Logger LOGGER = System.getLogger("org.flowprior.torch.nn");

    private final Class<C> type;
    private final String key;
    private final String noun;
    private final List<String> entries;

    /**
     * The files of one kind of network.
     *
     * @param key     the key of the config in the metadata
     * @param noun    the name of the network in messages: {@code autoencoder}
     * @param entries the entries of a {@code .pt} in which the weights may lie, see {@link StateFile#read}
     */
    protected ModelFile(Class<C> type, String key, String noun, List<String> entries) {
        this.type = type;
        this.key = key;
        this.noun = noun;
        this.entries = entries;
    }

    /** Returns the config that fits the weights; throws {@link IllegalArgumentException} for another network's. */
    protected abstract C configOf(Map<String, Tensor> state);

    /**
     * Throws {@link IllegalArgumentException} if the config needs far more values than the state has: before the sizes
     * in a damaged file take memory.
     */
    protected abstract void requireSizes(C config, Map<String, Tensor> state);

    /**
     * Returns the config with the options that weights do not show and that the training script stated in the entry
     * {@code args} of the file. Throws {@link IllegalArgumentException}, naming the option, if no network here has it.
     *
     * @param arguments the options by name; often empty
     */
    protected C withArguments(C config, Map<?, ?> arguments) {
        return config;
    }

    /** Returns the keys of buffers that a file need not have; they keep their initial values. */
    protected List<String> optionalKeys() {
        return List.of();
    }

    /** Makes a network of this config. */
    protected abstract M create(C config);

    /** Returns whether a network of this config has the key; other keys are ignored. */
    protected boolean isWanted(C config, String name) {
        return true;
    }

    /** Returns the metadata that states the config. */
    public Map<String, String> metadata(C config) {
        return Map.of(key, MetadataText.of(config));
    }

    /**
     * Reads the network in the file, float32 on the CPU, in evaluation mode.
     *
     * @param options maps the config of the file to the config of the network
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
                Map<String, Tensor> own = model.stateDict();
                optionalKeys().stream().filter(own::containsKey)
                        .forEach(name -> state.putIfAbsent(name, own.get(name)));
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
     * Reads the config of the network in the file.
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
     * Reads the weights under the official keys, in the innermost scope.
     *
     * @throws IllegalArgumentException naming the file, for content that is not a state dict
     * @throws UncheckedIOException     when it cannot be read
     */
    public Map<String, Tensor> state(Path file) {
        return StateFile.read(file, ("aeiou".indexOf(noun.charAt(0)) < 0 ? "a " : "an ") + noun, entries);
    }

    private C config(Path file, Map<String, Tensor> state) {
        String text = StateFile.metadata(file).get(key);
        if (text != null) {
            return MetadataText.read(type, text, key, noun);
        }
        C shown = configOf(state);
        C stated = withArguments(shown, StateFile.arguments(file));
        if (!stated.equals(shown)) {
            LOGGER.log(System.Logger.Level.WARNING, file + ": used from its args: " + difference(shown, stated));
        }
        return stated;
    }

    /** Lists the components of the second config that differ from the first. */
    private String difference(C before, C after) {
        List<String> parts = new ArrayList<>();
        try {
            for (RecordComponent component : type.getRecordComponents()) {
                Object value = component.getAccessor().invoke(after);
                if (!Objects.equals(component.getAccessor().invoke(before), value)) {
                    parts.add(component.getName() + " = " + value);
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e); // configs are public records
        }
        return String.join(", ", parts);
    }
}
