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

    /** Reads both files into the optimiser and the generators of the same names. */
    public static void load(Path directory, Optimizer optimizer, Map<String, Generator> generators) {
        try (Scope scope = Scope.open()) {
            optimizer.loadStateDict(OptimizerState.ofTensors(Safetensors.read(directory.resolve(OPTIMIZER))));
            Map<String, Tensor> states = Safetensors.read(directory.resolve(RANDOM));
            generators.forEach((name, generator) -> generator.setState(states.get(name)));
        }
    }
}
