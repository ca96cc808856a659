package org.flowprior.torch.data;

import com.google.gson.reflect.TypeToken;
import java.util.List;
import java.util.Map;
import org.flowprior.fixtures.Resources;

/** What {@code tools/oracle/data.py} wrote. */
record LoaderOracle(Map<String, Loaded> loaders, Map<String, List<List<Long>>> samplers,
        Map<String, List<List<Long>>> splits, Map<String, List<Object>> dtypes, List<Long> concat) {

    record Loaded(List<List<List<Long>>> passes, long next) {}

    static LoaderOracle read() {
        return Resources.json("torch/data/loaders.json", new TypeToken<LoaderOracle>() {});
    }
}
