package org.flowprior.train.toy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.train.StageFiles;

/**
 * The latents after 21 of the steps of their optimisation, as the official code keeps them: after step 1, after each
 * twentieth of the steps from there, and after the last. Fewer if there are fewer steps.
 */
final class LatentSnapshots {

    private static final int PARTS = 20;

    /** The chosen steps, from 1, each once. */
    private final long[] steps;
    private final List<AlignedLatents.Snapshot> taken = new ArrayList<>();

    LatentSnapshots(long steps) {
        this.steps = IntStream.rangeClosed(0, PARTS).mapToLong(i -> Math.min(i * steps / PARTS, steps - 1) + 1)
                .distinct().toArray();
    }

    /** Takes the latents after a step, if it is one of the chosen steps. */
    void offer(long step, Tensor latents) {
        if (taken.size() < steps.length && steps[taken.size()] == step) {
            try (Scope scope = Scope.open()) {
                taken.add(new AlignedLatents.Snapshot(step, latents.detach().toFloatArray()));
            }
        }
    }

    List<AlignedLatents.Snapshot> taken() {
        return List.copyOf(taken);
    }

    /** Writes {@code steps}, int64 [S], and {@code latents}, float32 [S, N, 2]. */
    void write(Path file) {
        try (Scope scope = Scope.open()) {
            List<Tensor> points = taken.stream().map(s -> Tensor.of(s.points(), s.points().length / 2, 2)).toList();
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put("latents", points.isEmpty() ? Torch.zeros(0, 0, 2) : Torch.stack(points));
            tensors.put("steps", Tensor.of(taken.stream().mapToLong(AlignedLatents.Snapshot::step).toArray()));
            Safetensors.write(file, tensors);
        }
    }

    void read(Path file) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = Safetensors.read(file);
            long[] numbers = StageFiles.require(tensors, "steps", file).toLongArray();
            Tensor latents = StageFiles.require(tensors, "latents", file);
            taken.clear();
            for (int i = 0; i < numbers.length; i++) {
                taken.add(new AlignedLatents.Snapshot(numbers[i], latents.get((long) i).toFloatArray()));
            }
        }
    }
}
