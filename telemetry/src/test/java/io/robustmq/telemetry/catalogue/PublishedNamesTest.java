package io.robustmq.telemetry.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.telemetry.catalogue.example.Examples;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rule of published.tsv and retired.tsv, by examples that must fail and ones that must not. */
class PublishedNamesTest {
    /** example.happened with size_bytes, an integer. */
    private final Catalogue now = Catalogue.of(List.of(Examples.ExampleEvent.class));

    private static final String KEPT =
            "example.happened\t-\tevent\nexample.happened\tsize_bytes\tinteger\n";

    @Test
    void what_is_still_there_is_no_offence() {
        assertThat(PublishedNames.parse(KEPT, "").brokenBy(now)).isEmpty();
    }

    @Test
    void a_field_that_vanished_is_named() {
        assertThat(broken(KEPT + "example.happened\told_field\tstring", ""))
                .singleElement()
                .asString()
                .contains("example.happened old_field was published as string and is gone");
    }

    @Test
    void a_field_of_another_type_is_named() {
        assertThat(broken("example.happened\tsize_bytes\tstring", ""))
                .singleElement()
                .asString()
                .contains("was published as string and is now integer");
    }

    @Test
    void an_event_that_vanished_is_named_with_its_fields() {
        assertThat(broken(KEPT + "example.gone\t-\tevent\nexample.gone\tqos\tinteger", ""))
                .hasSize(2);
    }

    @Test
    void what_is_retired_may_vanish() {
        String published =
                KEPT
                        + "example.happened\told_field\tstring\n"
                        + "example.gone\t-\tevent\nexample.gone\tqos\tinteger";
        String retired =
                "# event\tfield\tsince\twhy\n"
                        + "example.happened\told_field\t0.2.0\tnobody asked for it\n"
                        + "example.gone\t-\t0.2.0\tit could not happen any more\n";
        assertThat(broken(published, retired)).isEmpty();
    }

    @Test
    void what_is_retired_with_its_type_may_change_it() {
        assertThat(
                        broken(
                                "example.happened\tsize_bytes\tstring",
                                "example.happened\tsize_bytes\t0.2.0\tit was a text by mistake"))
                .isEmpty();
    }

    @Test
    void retiring_what_is_still_there_is_named() {
        assertThat(broken(KEPT, "example.happened\tsize_bytes\t0.2.0\twhy not"))
                .singleElement()
                .asString()
                .contains("is still there");
    }

    @Test
    void retiring_what_never_was_is_named() {
        assertThat(broken(KEPT, "example.happened\tsise_bytes\t0.2.0\ta typing error"))
                .singleElement()
                .asString()
                .contains("not in published.tsv");
    }

    @Test
    void retiring_without_a_reason_is_refused() {
        assertThatThrownBy(() -> PublishedNames.parse(KEPT, "example.happened\tqos\t0.2.0\t"))
                .hasMessageContaining("4 columns");
    }

    @Test
    void updating_keeps_every_line_that_was_there() {
        String published = KEPT + "example.gone\t-\tevent\n";
        String updated = PublishedNames.parse(published, "").withNewOf(now);
        assertThat(updated.lines()).containsAll(published.lines().toList());
    }

    private List<String> broken(String published, String retired) {
        return PublishedNames.parse(published, retired).brokenBy(now);
    }
}
