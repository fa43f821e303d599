package io.robustmq.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.dashboards.Queries.Language;
import io.robustmq.dashboards.Queries.Query;
import io.robustmq.testkit.Repository;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PlacesTest {
    private final Places places = Places.in(Repository.root());

    /** Add a panel, an alert, or a line to dashboards/unplaced.tsv. */
    @Test
    void every_metric_and_event_has_a_place_or_a_reason_for_none() {
        assertThat(places.published()).contains("journal.corrupt", "robustmq_mqtt_connections");
        assertThat(places.published()).contains("jvm_gc_collection_seconds");
        assertThat(places.faults()).isEmpty();
    }

    @Test
    void what_is_new_has_no_place() {
        Set<String> published = new TreeSet<>(places.published());
        published.add("journal.burnt");
        published.add("robustmq_journal_ashes");

        assertThat(new Places(published, places.placed(), places.reasons()).faults())
                .containsExactly(
                        "journal.burnt has no panel, no alert, and no reason in unplaced.tsv",
                        "robustmq_journal_ashes has no panel, no alert, and no reason in"
                                + " unplaced.tsv");
    }

    @Test
    void a_reason_for_what_is_gone_or_has_a_place_is_one_too_many() {
        Map<String, String> reasons = new LinkedHashMap<>(places.reasons());
        reasons.put("journal.burnt", "gone");
        reasons.put("journal.corrupt", "has a panel");

        assertThat(new Places(places.published(), places.placed(), reasons).faults())
                .containsExactly(
                        "journal.burnt is in unplaced.tsv and is not published",
                        "journal.corrupt is in unplaced.tsv and has a place");
    }

    @Test
    void a_query_of_a_whole_category_or_of_all_but_some_names_none() {
        Set<String> placed = new TreeSet<>();
        for (String query :
                List.of(
                        "{service_name=~\".+\"} | event_name=~\"audit[.].+|journal.corrupt\"",
                        "{service_name=~\".+\"} | event_name!=\"journal.opened\"")) {
            Places.place(new Query("here", Language.LOGQL, query, List.of(), false), placed);
        }
        assertThat(placed).containsExactly("journal.corrupt");
    }

    @Test
    void each_language_has_places() {
        Set<String> placed = new TreeSet<>();
        Places.place(
                new Query("here", Language.LUCENE, "event:(a OR b)", List.of(), false), placed);
        Places.place(
                new Query(
                        "here",
                        Language.PROMQL,
                        "rate(m_bucket{event=~\"c|d\"}[1m])",
                        List.of(),
                        false),
                placed);
        assertThat(placed).containsExactly("a", "b", "c", "d", "m", "m_bucket");
    }
}
