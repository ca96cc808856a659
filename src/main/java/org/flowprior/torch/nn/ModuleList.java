package org.flowprior.torch.nn;

import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Modules under the names 0, 1, 2 …: {@code torch.nn.ModuleList}. */
public final class ModuleList<M extends Module> extends TypedModule<ModuleList<M>> implements Iterable<M> {

    private final List<M> modules;

    /** These modules in this order. */
    public ModuleList(List<? extends M> modules) {
        this.modules = List.copyOf(modules);
        for (int i = 0; i < modules.size(); i++) {
            register(Integer.toString(i), modules.get(i));
        }
    }

    /** This many modules from the supplier. */
    static <M extends Module> ModuleList<M> generate(int count, Supplier<M> supplier) {
        return new ModuleList<>(Stream.generate(supplier).limit(count).toList());
    }

    /** Returns the module at an index. */
    public M get(int index) {
        return modules.get(index);
    }

    /** Returns the number of modules. */
    public int size() {
        return modules.size();
    }

    @Override
    public String toString() {
        return ModulePrinter.printRuns(this);
    }

    @Override
    public Iterator<M> iterator() {
        return modules.iterator();
    }
}
