package io.robustmq.eventlog;

import static io.robustmq.eventlog.EventSearchTest.query;
import static io.robustmq.eventlog.TestEvents.info;
import static io.robustmq.eventlog.TestEvents.seqList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.journal.JournalInUseException;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.OfflineJournal;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfflineEventsTest {
    @TempDir Path directory;

    @Test
    void the_files_of_a_node_that_does_not_run_answer_the_same() throws Exception {
        try (TestEvents store = TestEvents.in(directory, 8192)) {
            for (int i = 0; i < 200; i++) {
                store.add(info("session.created").client(i % 10 == 3 ? "kitchen" : "other"));
            }
            assertThatThrownBy(new OfflineJournal(directory, new LocalDisk())::open)
                    .isInstanceOf(JournalInUseException.class);
        }
        try (OfflineJournal journal = new OfflineJournal(directory, new LocalDisk())) {
            journal.open();
            OfflineEvents events = new OfflineEvents(journal, "events");
            EventSearch.Page newest = events.page(query("client_id", "kitchen", "limit", "2"));
            assertThat(seqList(newest)).containsExactly(193L, 183L);
            assertThat(newest.more()).isTrue();
            assertThat(newest.gaps()).isEmpty();
            assertThat(
                            seqList(
                                    events.page(
                                            query(
                                                    "client_id",
                                                    "kitchen",
                                                    "before",
                                                    "183",
                                                    "limit",
                                                    "1"))))
                    .containsExactly(173L);
            EventSearch.Page oldest =
                    events.page(query("client_id", "kitchen", "limit", "2", "order", "oldest"));
            assertThat(seqList(oldest)).containsExactly(3L, 13L);
            assertThat(oldest.next()).isEqualTo(23);
            assertThat(
                            events.page(
                                            query(
                                                    "client_id",
                                                    "kitchen",
                                                    "from",
                                                    "193",
                                                    "order",
                                                    "oldest"))
                                    .more())
                    .isFalse();
        }
    }
}
