package org.flowprior.torch;

import java.util.List;

/** A program that trains outside every scope and loses its tensors. Prints the most bytes and tensors it had open. */
public final class UnscopedLoop {

    private UnscopedLoop() {}

    /** Takes the number of steps, and the number of rows of each step. */
    public static void main(String[] args) {
        int steps = Integer.parseInt(args[0]);
        Tensor x = Torch.ones(Long.parseLong(args[1]), 256);
        Tensor weight = Torch.zeros(256, 256).requiresGrad_(true);
        long bytes = 0;
        long tensors = 0;
        for (int i = 0; i < steps; i++) {
            step(x, weight);
            bytes = Math.max(bytes, Memory.cpuBytes());
            tensors = Math.max(tensors, Memory.liveTensors());
        }
        System.out.println("bytes " + bytes + " tensors " + tensors + " collections " + Memory.collections()
                + " collected " + Memory.collectedTensors());
    }

    private static void step(Tensor x, Tensor weight) {
        Tensor loss = x.matmul(weight).sub(1).relu().square().mean();
        loss.backward();
        Tensor gradient = Autograd.grad(x.matmul(weight).sum(), List.of(weight)).getFirst();
        try (NoGrad noGrad = new NoGrad()) {
            weight.sub_(gradient, 1e-6);
        }
        weight.setGrad(null);
    }
}
