package io.robustmq.telemetry.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A committed file, or a part of one, that is made from the event types. */
public final class GoldenFile {
    private static final Path ROOT = Path.of(System.getProperty("robustmq.root", ".."));
    private static final boolean UPDATE = Boolean.getBoolean("golden.update");
    private static final String HOW =
            "%s differs from the code: run"
                    + " mvn -q -Dquick -pl telemetry test -Dtest=*GoldenTest -Dgolden.update=true"
                    + " and commit what it wrote";

    private GoldenFile() {}

    public static void compare(String file, String expected) throws IOException {
        if (UPDATE) {
            Path path = ROOT.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, expected);
        }
        assertThat(read(file)).as(HOW, file).isEqualTo(expected);
    }

    /**
     * @param part the lines between those that say {@code generated: <name>} and {@code end of
     *     <name>}
     */
    static void comparePart(String file, String name, String part) throws IOException {
        String text = read(file);
        int begin = text.indexOf("generated: " + name + "\n");
        int from = text.indexOf('\n', begin) + 1;
        int end = text.indexOf("end of " + name, from);
        assertThat(begin).as("%s has no part %s", file, name).isNotNegative();
        assertThat(end).as("%s has no end of %s", file, name).isNotNegative();
        int to = text.lastIndexOf('\n', end) + 1;
        compare(file, text.substring(0, from) + part + text.substring(to));
    }

    static String read(String file) throws IOException {
        Path path = ROOT.resolve(file);
        return Files.exists(path) ? Files.readString(path) : "";
    }
}
