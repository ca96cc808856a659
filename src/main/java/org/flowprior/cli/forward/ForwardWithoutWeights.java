package org.flowprior.cli.forward;

import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;

/** Takes {@code --weights} from a module of {@code flowprior forward} that has none. */
final class ForwardWithoutWeights implements IModelTransformer {

    @Override
    public CommandSpec transform(CommandSpec spec) {
        spec.remove(spec.findOption("--weights"));
        return spec;
    }
}
