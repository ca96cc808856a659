package org.flowprior.cli.common;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.flowprior.config.ConfigKey;
import org.flowprior.config.Json;

/**
 * What is printed about a config.
 *
 * @param keys   all keys, each group before its keys
 * @param config the values; keys that it does not have are left out
 */
record ConfigReport(List<ConfigKey> keys, JsonObject config) {

    private static final int COLUMNS = 80;
    private static final String INDENT = "    ";

    private record Entry(ConfigKey key, JsonElement value) {

        private String line() {
            return key.name() + "=" + text();
        }

        private String text() {
            return value.getAsJsonPrimitive().isString() ? value.getAsString() : Json.line(value);
        }
    }

    private List<Entry> entries(Predicate<ConfigKey> wanted) {
        List<Entry> entries = new ArrayList<>();
        keys.stream().filter(wanted).forEach(key -> {
            JsonElement element = config;
            for (String part : key.name().split("\\.")) {
                element = element == null ? null : element.getAsJsonObject().get(part);
            }
            if (element != null) {
                entries.add(new Entry(key, element));
            }
        });
        return entries;
    }

    /** Returns a part for each key: a line {@code key=value}, as {@code --set} takes it, then what it means. */
    String help() {
        return entries(key -> true).stream().map(entry -> entry.key().isGroup()
                ? "\n" + wrapped(entry.key().name() + ".*: " + entry.key().meaning(), "")
                : entry.line() + "\n" + wrapped(entry.key().meaning() + choices(entry.key()), INDENT))
                .collect(Collectors.joining());
    }

    private static String choices(ConfigKey key) {
        return key.type().isEnum() ? " (" + key.values() + ")" : "";
    }

    /** Returns the files and directories that are named, each as {@code key=path}. */
    List<String> files() {
        return entries(ConfigKey::path).stream().filter(entry -> !entry.text().isEmpty()).map(Entry::line).toList();
    }

    private static String wrapped(String text, String indent) {
        StringBuilder lines = new StringBuilder(indent);
        int column = indent.length();
        for (String word : text.split(" ")) {
            if (column + word.length() > COLUMNS && column > indent.length()) {
                lines.setCharAt(lines.length() - 1, '\n');
                lines.append(indent);
                column = indent.length();
            }
            lines.append(word).append(' ');
            column += word.length() + 1;
        }
        lines.setCharAt(lines.length() - 1, '\n');
        return lines.toString();
    }
}
