package org.flowprior.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.optim.Optimizer;
import org.flowprior.torch.optim.OptimizerState;

/** The files that the checkpoints of all stages have: the states of the optimiser and of the random generators. */
public final class StageFiles {

    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String RANDOM = "random.safetensors";

    private StageFiles() {}

    /** Writes both files. */
    public static void save(Path directory, Optimizer optimizer, Map<String, Generator> generators) {
        try (Scope scope = Scope.open()) {
            Safetensors.write(directory.resolve(OPTIMIZER), optimizer.stateDict().toTensors());
            Map<String, Tensor> states = new LinkedHashMap<>();
            generators.forEach((name, generator) -> states.put(name, generator.state()));
            Safetensors.write(directory.resolve(RANDOM), states);
        }
    }

    /**
     * Returns the tensor with that name.
     *
     * @throws IllegalArgumentException with the file's name if there is none
     */
    public static Tensor require(Map<String, Tensor> tensors, String name, Path file) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(file + ": holds no tensor '" + name + "', but " + tensors.keySet());
        }
        return tensor;
    }

    /**
     * Reads both files into the optimiser and the generators of the same names.
     *
     * @throws IllegalArgumentException if they hold other states
     */
    public static void load(Path directory, Optimizer optimizer, Map<String, Generator> generators) {
        try (Scope scope = Scope.open()) {
            optimizer.loadStateDict(OptimizerState.ofTensors(Safetensors.read(directory.resolve(OPTIMIZER))));
            Path random = directory.resolve(RANDOM);
            Map<String, Tensor> states = Safetensors.read(random);
            generators.forEach((name, generator) -> generator.setState(require(states, name, random)));
        }
    }
}
