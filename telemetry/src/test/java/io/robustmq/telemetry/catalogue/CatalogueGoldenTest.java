package io.robustmq.telemetry.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The committed catalogue is what the types say, and keeps what was promised. */
class CatalogueGoldenTest {
    private static final String FOLDER = "telemetry/catalogue/";

    private final Catalogue catalogue = Catalogue.read();

    @Test
    void no_published_name_vanished_or_changed_its_type() throws IOException {
        assertThat(published().brokenBy(catalogue)).isEmpty();
    }

    @Test
    void every_name_is_listed_as_published() throws IOException {
        PublishedNames published = published();
        assertThat(published.brokenBy(catalogue)).as("nothing is written before this").isEmpty();
        GoldenFile.compare(FOLDER + "published.tsv", published.withNewOf(catalogue));
    }

    @Test
    void the_reference_page_is_what_the_types_say() throws IOException {
        GoldenFile.compare("docs/reference/events.md", EventsPage.of(catalogue));
    }

    @Test
    void the_schema_is_what_the_types_say() throws IOException {
        GoldenFile.compare(FOLDER + "events.schema.json", EventsSchema.of(catalogue));
    }

    private static PublishedNames published() throws IOException {
        return PublishedNames.parse(
                GoldenFile.read(FOLDER + "published.tsv"), GoldenFile.read(FOLDER + "retired.tsv"));
    }
}
