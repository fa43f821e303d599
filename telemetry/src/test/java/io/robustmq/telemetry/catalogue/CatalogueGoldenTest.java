package io.robustmq.telemetry.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The committed catalogue is what the types say, and keeps what was promised. */
class CatalogueGoldenTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("robustmq.root", ".."), "telemetry", "catalogue");
    private static final boolean UPDATE = Boolean.getBoolean("golden.update");
    private static final String HOW =
            "%s differs from the event types: run"
                    + " mvn -q -Dquick -pl telemetry test -Dtest=CatalogueGoldenTest -Dgolden.update=true"
                    + " and commit what it wrote";

    private final Catalogue catalogue = Catalogue.read();

    @Test
    void no_published_name_vanished_or_changed_its_type() throws IOException {
        assertThat(published().brokenBy(catalogue)).isEmpty();
    }

    @Test
    void every_name_is_listed_as_published() throws IOException {
        PublishedNames published = published();
        assertThat(published.brokenBy(catalogue)).as("nothing is written before this").isEmpty();
        compare("published.tsv", published.withNewOf(catalogue));
    }

    @Test
    void the_reference_page_is_what_the_types_say() throws IOException {
        compare("events.md", EventsPage.of(catalogue));
    }

    @Test
    void the_schema_is_what_the_types_say() throws IOException {
        compare("events.schema.json", EventsSchema.of(catalogue));
    }

    private static PublishedNames published() throws IOException {
        return PublishedNames.parse(read("published.tsv"), read("retired.tsv"));
    }

    private static void compare(String file, String expected) throws IOException {
        if (UPDATE) {
            Files.writeString(FOLDER.resolve(file), expected);
        }
        assertThat(read(file)).as(HOW, file).isEqualTo(expected);
    }

    private static String read(String file) throws IOException {
        Path path = FOLDER.resolve(file);
        return Files.exists(path) ? Files.readString(path) : "";
    }
}
