package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RefsTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    private final Refs refs = new Refs();

    private void add(int count) {
        for (int i = 0; i < count; i++) {
            refs.add(1000 + refs.next(), 1, Message.NEVER);
        }
    }

    private static void doneBelow(Refs refs, long number) {
        refs.doneBelow(refs.place(Math.clamp(number, refs.base(), refs.next())));
    }

    private static Refs again(Refs refs) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        refs.write(new DataOutputStream(bytes));
        Refs read = new Refs();
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        read.read(in, 3);
        assertThat(in.available()).isZero();
        return read;
    }

    @Test
    void numbers_go_up_without_gaps_whatever_is_done() {
        assertThat(refs.add(7, 1, Message.NEVER)).isZero();
        refs.done(0);
        assertThat(refs.add(9, 1, Message.NEVER)).isEqualTo(1);
        assertThat(refs.base()).isEqualTo(1);
        assertThat(refs.offset(1)).isEqualTo(9);
        assertThat(refs.state(0)).isEqualTo(Refs.State.DONE);
        assertThat(refs.state(1)).isEqualTo(Refs.State.WAITING);
    }

    @Test
    void the_base_waits_for_the_oldest_that_is_not_done() {
        add(5);
        refs.done(3);
        refs.done(1);
        assertThat(refs.base()).isZero();
        refs.done(0);
        assertThat(refs.base()).isEqualTo(2);
        refs.done(2);
        assertThat(refs.base()).isEqualTo(4);
        assertThat(refs.span()).isEqualTo(1);
    }

    @Test
    void what_is_done_twice_or_was_never_there_means_nothing() {
        add(3);
        refs.done(0);
        refs.done(0);
        refs.done(3);
        refs.done(99);
        assertThat(refs.base()).isEqualTo(1);
        assertThat(refs.next()).isEqualTo(3);
        doneBelow(refs, 99);
        assertThat(refs.base()).isEqualTo(3);
        doneBelow(refs, 1);
        assertThat(refs.base()).isEqualTo(3);
    }

    @Test
    void packet_identifiers_follow_from_numbers_and_back_across_the_wrap() {
        assertThat(Refs.packetId(0)).isEqualTo(1);
        assertThat(Refs.packetId(65_534)).isEqualTo(65_535);
        assertThat(Refs.packetId(65_535)).isEqualTo(1);
        for (int round = 0; round < 3; round++) {
            add(60_000);
            for (long each = refs.base(); each < refs.next(); each++) {
                assertThat(refs.numberOf(Refs.packetId(each))).isEqualTo(each);
            }
            doneBelow(refs, refs.next() - 1);
        }
        long base = refs.base();
        for (int id = 1; id <= Refs.PACKET_IDS; id++) {
            long number = refs.numberOf(id);
            assertThat(number).isBetween(base, base + Refs.PACKET_IDS - 1);
            assertThat(Refs.packetId(number)).isEqualTo(id);
        }
    }

    @Test
    void expiry_is_kept_to_the_second_and_never_too_early() {
        refs.add(1, 1, Message.NEVER);
        refs.add(2, 1, 1_700_000_000_001L);
        refs.add(3, 1, 1_700_000_001_000L);
        assertThat(refs.expires(0)).isFalse();
        assertThat(refs.expires(1)).isTrue();
        assertThat(refs.expiresAtMillis(1)).isEqualTo(1_700_000_001_000L);
        assertThat(refs.expiresAtMillis(2)).isEqualTo(1_700_000_001_000L);
        // beyond what a signed number of seconds holds
        refs.add(4, 1, 4_000_000_000_000L);
        assertThat(refs.expiresAtMillis(3)).isEqualTo(4_000_000_000_000L);
    }

    @Test
    void what_is_written_is_read_again_at_every_length() throws IOException {
        for (int span = 0; span < 70; span++) {
            Refs one = new Refs();
            for (int i = 0; i < span + 5; i++) {
                one.add(i * 3L, i, i % 7 == 3 ? 1_000_000_000L * i : Message.NEVER);
            }
            doneBelow(one, 5);
            Refs two = again(one);
            assertThat(two.base()).isEqualTo(5);
            assertThat(two.span()).isEqualTo(span);
            two.add(999, 1, 5000);
            assertThat(two.expiresAtMillis(two.next() - 1)).isEqualTo(5000);
            for (long each = 5; each < 5 + span; each++) {
                assertThat(two.offset(each)).isEqualTo(one.offset(each));
                assertThat(two.bytes(each)).isEqualTo(one.bytes(each));
                assertThat(two.expires(each)).isEqualTo(one.expires(each));
            }
        }
    }

    /** One reference as a list would have it. */
    private static final class Naive {
        final long offset;
        final int bytes;
        final long expires;
        Refs.State state = Refs.State.WAITING;

        Naive(long offset, int bytes, long expires) {
            this.offset = offset;
            this.bytes = bytes;
            this.expires = expires;
        }
    }

    @Test
    void it_is_like_a_list_of_all_that_ever_were() throws IOException {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        for (int history = 0; history < 100; history++) {
            Refs real = new Refs();
            List<Naive> naive = new ArrayList<>();
            long offset = 0;
            for (int step = 0; step < 300; step++) {
                int base = base(naive);
                switch (random.nextInt(10)) {
                    case 0, 1, 2, 3 -> {
                        for (int n = random.nextInt(12); n >= 0; n--) {
                            offset += 1 + random.nextInt(1000);
                            boolean never = random.nextInt(4) > 0;
                            long expires =
                                    never ? Message.NEVER : 1000L * (1 + random.nextInt(1 << 30));
                            int bytes = random.nextInt();
                            assertThat(real.add(offset, bytes, expires)).isEqualTo(naive.size());
                            naive.add(new Naive(offset, bytes, expires));
                        }
                    }
                    case 4, 5, 6 -> {
                        int which = random.nextInt(naive.size() + 2);
                        real.done(which);
                        if (which < naive.size()) {
                            naive.get(which).state = Refs.State.DONE;
                        }
                    }
                    case 7 -> {
                        if (base < naive.size()) {
                            int which = base + random.nextInt(naive.size() - base);
                            if (naive.get(which).state != Refs.State.DONE) {
                                real.state(which, Refs.State.RELEASED);
                                naive.get(which).state = Refs.State.RELEASED;
                            }
                        }
                    }
                    case 8 -> {
                        int below = random.nextInt(naive.size() + 2);
                        doneBelow(real, below);
                        naive.subList(0, Math.min(below, naive.size()))
                                .forEach(each -> each.state = Refs.State.DONE);
                    }
                    default -> real = again(real);
                }
                check(real, naive);
            }
        }
    }

    private static int base(List<Naive> naive) {
        int base = 0;
        while (base < naive.size() && naive.get(base).state == Refs.State.DONE) {
            base++;
        }
        return base;
    }

    private static void check(Refs real, List<Naive> naive) {
        int base = base(naive);
        assertThat(real.base()).isEqualTo(base);
        assertThat(real.next()).isEqualTo(naive.size());
        for (int each = base; each < naive.size(); each++) {
            Naive one = naive.get(each);
            boolean same =
                    real.state(each) == one.state
                            && real.offset(each) == one.offset
                            && real.bytes(each) == one.bytes
                            && real.expires(each) == (one.expires != Message.NEVER)
                            && (!real.expires(each) || real.expiresAtMillis(each) == one.expires);
            assertThat(same).as("number " + each + ", seed " + SEED).isTrue();
        }
    }
}
