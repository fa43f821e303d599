package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.protocol.Connect;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionRecordTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    private static final int[] CHARACTERS = "a/+#é水😀".codePoints().toArray();

    private final Random random = new Random(SEED);

    private static SessionRecord again(SessionRecord record) throws IOException {
        byte[] bytes = record.encoded();
        // as the journal hands it over: somewhere in a buffer
        ByteBuffer buffer = ByteBuffer.allocate(bytes.length + 7).put(new byte[7]).put(bytes);
        return SessionRecord.decoded(buffer.flip().position(7));
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(20); n > 0; n--) {
            text.appendCodePoint(CHARACTERS[random.nextInt(CHARACTERS.length)]);
        }
        return text.toString();
    }

    private Connect.@Nullable Will will() {
        if (random.nextBoolean()) {
            return null;
        }
        byte[] payload = new byte[random.nextInt(50)];
        byte[] properties = new byte[random.nextInt(50)];
        random.nextBytes(payload);
        random.nextBytes(properties);
        return new Connect.Will(
                text(),
                payload,
                random.nextInt(3),
                random.nextBoolean(),
                random.nextLong(1L << 32),
                random.nextLong(1L << 32) - 1,
                properties);
    }

    private SessionRecord.Place place() {
        return new SessionRecord.Place(random.nextLong(), random.nextLong());
    }

    private SessionRecord any() {
        int number = random.nextInt();
        List<SessionRecord.Filter> filters = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int n = random.nextInt(4); n > 0; n--) {
            texts.add(text());
            filters.add(
                    new SessionRecord.Filter(
                            text(),
                            random.nextInt(3),
                            random.nextBoolean(),
                            random.nextBoolean(),
                            random.nextInt(268_435_456)));
        }
        return switch (random.nextInt(9)) {
            case 0 -> new SessionRecord.Opened(number, text(), random.nextLong(1L << 32), will());
            case 1 -> new SessionRecord.Connected(number, random.nextLong(1L << 32), will());
            case 2 ->
                    new SessionRecord.Suspended(
                            number, random.nextLong(), place(), will(), random.nextLong());
            case 3 -> new SessionRecord.Ended(number);
            case 4 -> new SessionRecord.Subscribed(number, filters);
            case 5 -> new SessionRecord.Unsubscribed(number, texts);
            case 6 ->
                    new SessionRecord.Done(
                            number,
                            place(),
                            Stream.generate(this::place).limit(random.nextInt(9)).toList());
            case 7 -> new SessionRecord.Received(number, place());
            default -> new SessionRecord.Released(number, 1 + random.nextInt(65_535));
        };
    }

    @Test
    void every_record_is_read_as_it_was_written() throws IOException {
        System.out.println("seed " + SEED);
        for (int i = 0; i < 5_000; i++) {
            SessionRecord record = any();
            assertThat(again(record))
                    .as("seed " + SEED)
                    .usingRecursiveComparison()
                    .isEqualTo(record);
        }
    }

    @Test
    void a_record_of_a_kind_that_is_not_known_is_refused() {
        for (byte kind : new byte[] {0, MessageRecord.KIND, 11, 127, -1}) {
            ByteBuffer record = ByteBuffer.allocate(40).put(0, kind);
            assertThatThrownBy(() -> SessionRecord.decoded(record))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("" + kind);
        }
    }

    @Test
    void a_record_that_is_cut_off_is_refused() {
        for (int i = 0; i < 2000; i++) {
            byte[] whole = any().encoded();
            ByteBuffer part = ByteBuffer.wrap(whole, 0, random.nextInt(whole.length));
            assertThatThrownBy(() -> SessionRecord.decoded(part))
                    .as("seed " + SEED)
                    .isInstanceOf(IOException.class);
        }
    }
}
