package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.telemetry.event.Severity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The form that events have on disk. */
class StoredEventTest {
    private static final byte[] JSON = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);

    @Test
    void what_was_stored_is_read_back() throws Exception {
        long[] counts = {1, 2, 3, 4, 5};
        byte[] record = new StoredEvent(Severity.DEBUG, true, counts, JSON).encoded();
        StoredEvent read = StoredEvent.decoded(ByteBuffer.wrap(record));
        assertThat(read.severity()).isEqualTo(Severity.DEBUG);
        assertThat(read.traced()).isTrue();
        assertThat(read.counts()).containsExactly(counts);
        assertThat(read.json()).isEqualTo(JSON);
        assertThat(read.countsBefore()).containsExactly(1, 2, 3, 4, 4);
        assertThat(StoredEvent.ordinal(record)).isEqualTo(15);
        assertThat(new String(read.json(7), StandardCharsets.UTF_8))
                .isEqualTo("{\"seq\":7,\"a\":1}");
    }

    @Test
    void one_of_the_version_before_is_read_as_untraced() throws Exception {
        ByteBuffer old = ByteBuffer.allocate(1 + 34 + JSON.length).put((byte) 9);
        old.put((byte) 1).put((byte) Severity.WARN.ordinal());
        old.putLong(1).putLong(2).putLong(3).putLong(4).put(JSON);
        StoredEvent read = StoredEvent.decoded(old.flip().position(1));
        assertThat(read.severity()).isEqualTo(Severity.WARN);
        assertThat(read.traced()).isFalse();
        assertThat(read.counts()).containsExactly(1, 2, 3, 4, 0);
        assertThat(read.json()).isEqualTo(JSON);
        assertThat(read.countsBefore()).containsExactly(1, 2, 2, 4, 0);
    }

    @Test
    void what_is_none_is_refused_with_the_reason() {
        byte[] record = new StoredEvent(Severity.INFO, false, new long[5], JSON).encoded();
        assertThatThrownBy(() -> decoded(Arrays.copyOf(record, 33))).hasMessageContaining("34");
        assertThatThrownBy(() -> decoded(Arrays.copyOf(record, 42))).hasMessageContaining("43");
        record[1] = 4;
        assertThatThrownBy(() -> decoded(record)).hasMessageContaining("severity 4");
        record[0] = 3;
        assertThatThrownBy(() -> decoded(record))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 3, known is 2");
    }

    @Test
    void a_traced_one_counts_for_every_level() {
        for (Severity level : Severity.values()) {
            assertThat(Counted.TRACED.isFor(level)).isTrue();
            assertThat(Place.count(new long[] {1, 1, 1, 1, 1}, level))
                    .isEqualTo(5 - level.ordinal());
            for (Severity severity : Severity.values()) {
                assertThat(Counted.of(severity, false).isFor(level))
                        .isEqualTo(severity.compareTo(level) >= 0);
            }
        }
    }

    private static void decoded(byte[] record) throws IOException {
        var unused = StoredEvent.decoded(ByteBuffer.wrap(record));
    }
}
