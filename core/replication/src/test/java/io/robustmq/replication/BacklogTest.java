package io.robustmq.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private final Backlog backlog = new Backlog();
    private final List<String> told = new ArrayList<>();

    private void add(int count) {
        for (int i = 0; i < count; i++) {
            backlog.add(
                    Entry.of(0, new byte[10]),
                    new AppendOutcome() {
                        @Override
                        public void appended(long offset) {
                            told.add("" + offset);
                        }

                        @Override
                        public void failed(AppendFailure why) {
                            told.add("" + why);
                        }
                    },
                    0);
        }
    }

    @Test
    void what_was_taken_before_the_opening_gets_its_offsets_then() {
        add(100);
        backlog.begin(1000);
        add(30);
        backlog.commit(1003);
        assertThat(told).containsExactly("1000", "1001", "1002");
        assertThat(backlog.end()).isEqualTo(1130);
        assertThat(backlog.batch(1100, 1130, 10_000)).hasSize(30);
    }

    @Test
    void a_batch_has_one_record_at_least_and_otherwise_fits() {
        add(10);
        int one = Entry.of(0, new byte[10]).bytes();
        assertThat(backlog.batch(0, 10, 1)).hasSize(1);
        assertThat(backlog.batch(0, 10, 3 * one)).hasSize(3);
        assertThat(backlog.bytesBetween(2, 6)).isEqualTo(4L * one);
    }

    @Test
    void records_without_acknowledgement_are_not_forgotten() {
        add(200);
        backlog.commit(150);
        backlog.release(180);
        assertThat(backlog.first()).isEqualTo(150);
        add(200);
        assertThat(backlog.batch(150, 400, 1 << 20)).hasSize(250);
        assertThat(backlog.waitingBytes()).isEqualTo(backlog.bytesBetween(150, 400));
        told.clear();
        backlog.fail(AppendOutcome.AppendFailure.CLOSED);
        assertThat(told).hasSize(250).containsOnly("CLOSED");
        assertThat(backlog.waitingBytes()).isZero();
    }
}
