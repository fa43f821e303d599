package io.robustmq.server;

import java.util.List;
import java.util.stream.Stream;

/** A list as text: parted by commas, or as the file has it. */
final class ListText {
    private ListText() {}

    static List<String> of(String text) {
        boolean asInFile = text.startsWith("[") && text.endsWith("]");
        String inner = asInFile ? text.substring(1, text.length() - 1).strip() : text;
        return inner.isEmpty()
                ? List.of()
                : Stream.of(inner.split(",", -1)).map(String::strip).map(ListText::bare).toList();
    }

    private static String bare(String element) {
        boolean quoted = element.length() > 1 && element.startsWith("\"") && element.endsWith("\"");
        return quoted ? element.substring(1, element.length() - 1) : element;
    }
}
