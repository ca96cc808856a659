package org.flowprior.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The dotted keys of a config record and the types behind them. */
final class ConfigKeys {

    private ConfigKeys() {}

    /** All leaves of the record, in the order of their declaration. */
    static Map<String, Class<?>> of(Class<?> type) {
        Map<String, Class<?>> keys = new LinkedHashMap<>();
        collect(type, "", keys);
        return keys;
    }

    private static void collect(Class<?> type, String prefix, Map<String, Class<?>> keys) {
        for (RecordComponent component : type.getRecordComponents()) {
            String key = prefix + component.getName();
            if (component.getType().isRecord()) {
                collect(component.getType(), key + ".", keys);
            } else {
                keys.put(key, component.getType());
            }
        }
    }

    /** The known key that the unknown one was probably meant to be. */
    static String nearest(String key, Iterable<String> known) {
        List<String> candidates = new ArrayList<>();
        known.forEach(candidates::add);
        return candidates.stream().min(Comparator.comparingInt(k -> distance(key, k))).orElseThrow();
    }

    /** Edits between the keys; a key without its prefix is as near as the same key with it. */
    private static int distance(String key, String known) {
        int whole = edits(key, known);
        int last = edits(key.substring(key.lastIndexOf('.') + 1), known.substring(known.lastIndexOf('.') + 1));
        return Math.min(2 * whole, 2 * last + 1);
    }

    /** Levenshtein's distance, without regard to case. */
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                boolean same = Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
                int next = Math.min(Math.min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
                diagonal = row[j];
                row[j] = next;
            }
        }
        return row[b.length()];
    }
}
