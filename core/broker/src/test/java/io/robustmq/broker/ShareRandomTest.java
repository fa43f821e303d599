package io.robustmq.broker;

import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.BrokerSettings.ShareStrategy;
import io.robustmq.broker.BrokerSettings.Sharing;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Members of a group come, go, unsubscribe and are killed while messages are published; what they
 * got in the end is compared with what was published, nothing else.
 */
@ParameterizedClass
@EnumSource(ShareStrategy.class)
@SuppressWarnings("NullAway.Init")
class ShareRandomTest {
    private static final int STEPS = 250;
    private static final int MEMBERS = 5;

    @Parameter ShareStrategy strategy;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Counts counts = new Counts();
    private final List<ShareClient> members = new ArrayList<>();
    private TestBroker broker;
    private RawClient publisher;

    /** How often the applications of all members were given each message. */
    static final class Counts {
        private final List<Integer> byNumber = new ArrayList<>();
        private final List<Integer> qos = new ArrayList<>();

        int next(int withQos) {
            byNumber.add(0);
            qos.add(withQos);
            return byNumber.size() - 1;
        }

        void given(String payload) {
            int number = Integer.parseInt(payload);
            byNumber.set(number, byNumber.get(number) + 1);
        }

        List<Integer> never() {
            List<Integer> never = new ArrayList<>();
            for (int i = 0; i < byNumber.size(); i++) {
                if (byNumber.get(i) == 0) {
                    never.add(i);
                }
            }
            return never;
        }

        List<Integer> twiceThoughQos2() {
            List<Integer> twice = new ArrayList<>();
            for (int i = 0; i < byNumber.size(); i++) {
                if (qos.get(i) == 2 && byNumber.get(i) > 1) {
                    twice.add(i);
                }
            }
            return twice;
        }
    }

    private void open() throws IOException {
        System.out.println("seed " + seed);
        broker = TestBroker.open(TestBroker.with(settings(2), new Sharing(strategy, Map.of())));
        publisher = broker.connected("publisher");
    }

    private void publish() throws IOException {
        int qos = 1 + random.nextInt(2);
        for (int n = 1 + random.nextInt(8); n > 0; n--) {
            String payload = "" + counts.next(qos);
            assertThat(publisher.published("t/" + random.nextInt(4), payload, qos, 1)).isZero();
        }
    }

    private ShareClient any() {
        return members.get(random.nextInt(MEMBERS));
    }

    @Test
    void nothing_is_lost_or_doubled_while_sessions_come_and_go() throws Exception {
        open();
        for (int i = 0; i < MEMBERS; i++) {
            // the first stays in the group, so that it is never empty
            boolean kept = i == 0 || random.nextBoolean();
            members.add(
                    new ShareClient("member-" + i, kept, 1 + random.nextInt(4), counts, random));
            members.getLast().connect(broker);
        }
        for (int step = 0; step < STEPS; step++) {
            ShareClient who = any();
            switch (random.nextInt(9)) {
                case 0, 1 -> publish();
                case 2, 3, 4 -> who.poll();
                case 5 -> who.connect(broker);
                case 6 -> who.breakOff();
                case 7 -> {
                    if (who != members.getFirst()) {
                        who.unsubscribe();
                    }
                }
                default -> {
                    if (who != members.getFirst()) {
                        who.end();
                    }
                }
            }
        }
        drain();
        long dropped = broker.broker.measures().dropped(DropReason.SESSION_ENDED);
        List<Integer> never = counts.never();
        assertThat(never).as("seed %d", seed).hasSizeLessThanOrEqualTo((int) dropped);
        assertThat(never).as("seed %d", seed).allMatch(each -> counts.qos.get(each) == 2);
        assertThat(counts.twiceThoughQos2()).as("seed %d", seed).isEmpty();
        close();
    }

    @Test
    void nothing_is_lost_or_doubled_by_the_end_of_the_process() throws Exception {
        open();
        for (int i = 0; i < MEMBERS; i++) {
            members.add(
                    new ShareClient("member-" + i, true, 1 + random.nextInt(4), counts, random));
            members.getLast().connect(broker);
        }
        for (int step = 0; step < STEPS; step++) {
            ShareClient who = any();
            switch (random.nextInt(16)) {
                case 0, 1, 2 -> publish();
                case 3, 4, 5, 6, 7 -> who.poll();
                case 8, 9, 10 -> who.connect(broker);
                case 11, 12 -> who.breakOff();
                case 13 -> {
                    if (who != members.getFirst()) {
                        who.unsubscribe();
                    }
                }
                default -> {
                    if (step % 4 == 0) {
                        restart();
                    }
                }
            }
        }
        restart();
        drain();
        assertThat(counts.never()).as("seed %d", seed).isEmpty();
        assertThat(counts.twiceThoughQos2()).as("seed %d", seed).isEmpty();
        close();
    }

    private void restart() throws IOException {
        if (random.nextInt(4) == 0) {
            broker.restart();
        } else {
            broker.crash();
        }
        publisher.close();
        publisher = broker.connected("publisher");
        members.forEach(ShareClient::isGone);
    }

    /** Everybody is there and acknowledges, until no more comes. */
    private void drain() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        int quiet = 0;
        while (quiet < 10) {
            boolean some = false;
            for (ShareClient each : members) {
                each.connect(broker);
                some |= each.pollAndAcknowledge();
            }
            boolean waits = broker.broker.measures().queuedMessages() > 0;
            quiet = some || waits ? 0 : quiet + 1;
            Thread.sleep(quiet); // what the log has yet to tell comes meanwhile
            assertThat(System.nanoTime()).as("seed %d: still busy", seed).isLessThan(deadline);
        }
    }

    private void close() throws IOException {
        for (ShareClient each : members) {
            each.breakOff();
        }
        publisher.close();
        broker.close();
    }
}
