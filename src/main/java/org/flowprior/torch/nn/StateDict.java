package org.flowprior.torch.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;

/** Copies one set of named tensors into another, all or nothing. */
public final class StateDict {

    private StateDict() {}

    /**
     * Copies each source tensor into the target of the same name, which keeps its identity, dtype and device.
     *
     * @param owner the name for the owner of the targets in the message
     * @throws StateDictException if names or shapes differ, before anything is written
     */
    public static void load(String owner, Map<String, Tensor> targets, Map<String, Tensor> source) {
        List<String> missing = new ArrayList<>();
        List<StateDictException.Shapes> differing = new ArrayList<>();
        targets.forEach((name, target) -> {
            Tensor value = source.get(name);
            if (value == null) {
                missing.add(name);
            } else if (!Arrays.equals(value.shape(), target.shape())) {
                differing.add(new StateDictException.Shapes(name, value.shape(), target.shape()));
            }
        });
        List<String> unexpected = source.keySet().stream().filter(name -> !targets.containsKey(name)).toList();
        if (!missing.isEmpty() || !unexpected.isEmpty() || !differing.isEmpty()) {
            throw new StateDictException(owner, missing, unexpected, differing);
        }
        try (NoGrad noGrad = new NoGrad()) {
            targets.forEach((name, target) -> target.copy_(source.get(name)));
        }
    }
}
