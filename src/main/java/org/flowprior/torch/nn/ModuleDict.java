package org.flowprior.torch.nn;

import java.util.Map;

/** Modules under names of your choice: {@code torch.nn.ModuleDict}. */
public final class ModuleDict extends TypedModule<ModuleDict> {

    /** These modules under these names. */
    public ModuleDict(Map<String, ? extends Module> modules) {
        modules.forEach(this::put);
    }

    /** Adds a module under a name that is free; this module owns it from now on. Returns the module. */
    public <M extends Module> M put(String name, M module) {
        return register(name, module);
    }

    /**
     * Returns the module of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Module get(String name) {
        Module module = namedChildren().get(name);
        if (module == null) {
            throw new IllegalArgumentException("no module '" + name + "', only " + namedChildren().keySet());
        }
        return module;
    }

    /** Returns whether there is a module of that name. */
    public boolean contains(String name) {
        return namedChildren().containsKey(name);
    }

    /** Returns the number of modules. */
    public int size() {
        return namedChildren().size();
    }
}
