package org.flowprior.autoencoder;

import java.util.Map;
import org.flowprior.torch.nn.Module;

/** Modules under names, in order: {@code torch.nn.ModuleDict}. */
final class ModuleDict extends Module {

    ModuleDict(Map<String, ? extends Module> modules) {
        modules.forEach(this::register);
    }
}
