package io.robustmq.server;

/** Writes the default file and the reference page from {@link ConfigKeys}. */
final class ConfigPages {
    private ConfigPages() {}

    private static final int WIDTH = 100;

    static String file() {
        StringBuilder page =
                new StringBuilder(
                        """
                        # RobustMQ standalone. Everything here is the default; take the # away from what you change.
                        # The environment wins over this file (mqtt.listen is ROBUSTMQ_MQTT__LISTEN), --set over both.
                        # Durations: "200ms" "10s" "5m" "2h" "7d". Sizes: "512B" "64KiB" "1MiB" "2GiB".
                        """);
        String section = "none yet";
        for (ConfigKey key : ConfigKeys.ALL) {
            if (!key.section().equals(section)) {
                section = key.section();
                page.append("\n\n# ").append(ConfigKeys.SECTIONS.get(section)).append('\n');
                if (!section.isEmpty()) {
                    page.append('[').append(section).append("]\n");
                }
            }
            page.append('\n');
            wrap(page, key.doc() + " Must be " + key.kind().allowed() + ".");
            page.append("# ")
                    .append(key.name())
                    .append(" = ")
                    .append(key.defaultToml())
                    .append('\n');
        }
        return page.toString();
    }

    static String reference() {
        StringBuilder page =
                new StringBuilder(
                        """
                        # Configuration

                        Written by `ConfigKeysTest` from the table that the server reads with; do not edit.

                        A setting comes from the first of these that has it: `--set KEY=VALUE`, the environment, the file
                        (`--conf=FILE`, or `config/standalone.toml`), the default. Every key has a default. Unknown keys and
                        wrong values stop the start with exit code 78 and a list of all of them;
                        `bin/robustmq config check` tells the same without starting. Durations are written `200ms`, `10s`,
                        `5m`, `2h`, `7d`; sizes `512B`, `64KiB`, `1MiB`, `2GiB`; paths are relative to the folder that the
                        process was started in.
                        """);
        String section = "none yet";
        for (ConfigKey key : ConfigKeys.ALL) {
            if (!key.section().equals(section)) {
                section = key.section();
                page.append("\n## ");
                if (!section.isEmpty()) {
                    page.append('`').append(section).append("`: ");
                }
                page.append(ConfigKeys.SECTIONS.get(section)).append("\n");
            }
            page.append("\n### `").append(key.path()).append("`\n\n").append(key.doc());
            page.append("\n\n- must be ").append(key.kind().allowed());
            page.append("\n- default `").append(key.defaultToml()).append('`');
            page.append("\n- environment `").append(key.environmentName()).append("`\n");
        }
        return page.toString();
    }

    private static void wrap(StringBuilder page, String text) {
        StringBuilder line = new StringBuilder("#");
        for (String word : text.split(" ")) {
            if (line.length() + 1 + word.length() > WIDTH) {
                page.append(line).append('\n');
                line = new StringBuilder("#");
            }
            line.append(' ').append(word);
        }
        page.append(line).append('\n');
    }
}
