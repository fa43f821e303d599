package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Severity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The account of every event: for each sink, emitted = shipped + waiting + dropped. What waits is
 * counted from where the sink is in the store, not from the other three, so that the sum is a check
 * on all of them. Any thread.
 */
final class Ledger {
    /** One sink at one moment. */
    record Balance(String sink, long emitted, long shipped, long waiting, long dropped) {}

    private final Intake intake;
    private final List<Account> accounts = new ArrayList<>();

    /** Where the store ends when all that it was given is in it. */
    private long[] end = Place.BEGINNING.counts();

    /** Where it ended when the process began. */
    private long[] begin = Place.BEGINNING.counts();

    /** Before the oldest that the store still has. */
    private Place first = Place.BEGINNING;

    /** Handed to the sinks that take what the store does not have. */
    private final long[] direct = new long[Counted.values().length];

    Ledger(Intake intake) {
        this.intake = intake;
    }

    /** One sink's. */
    final class Account {
        private final String sink;
        private final Audience audience;
        private Place start = Place.BEGINNING;
        private Place cursor = Place.BEGINNING;

        // what is lost for it and not yet passed: it is in the account as soon as it is gone
        private long lostBefore;

        /** What is removed behind it is lost, too; null while that is not known. */
        private @Nullable Place lostFrom = Place.BEGINNING;

        private long shipped;
        private long dropped;
        private long directShipped;
        private long directDropped;

        private Account(String sink, Audience audience) {
            this.sink = sink;
            this.audience = audience;
        }

        /** Where it goes on. */
        void opened(Place at) {
            synchronized (Ledger.this) {
                start = at;
                cursor = at;
                lostFrom = at;
            }
        }

        Place cursor() {
            synchronized (Ledger.this) {
                return cursor;
            }
        }

        /**
         * It reads what comes next, and will say what it has in hand.
         *
         * @return where it is
         */
        Place reads() {
            synchronized (Ledger.this) {
                lostBefore = lost();
                lostFrom = null;
                return cursor;
            }
        }

        /** It hands on so many, up to {@code to}, which takes as long as the sink is down. */
        void holds(Place to, int events) {
            synchronized (Ledger.this) {
                lostBefore = Math.max(0, passed(to) - events);
                lostFrom = to;
            }
        }

        private long passed(Place to) {
            return to.count(audience.level()) - cursor.count(audience.level());
        }

        /** What was removed and is not what it has in hand; only more until it is passed. */
        private long lost() {
            Place from = lostFrom;
            if (from == null || first.seq() <= from.seq()) {
                return lostBefore;
            }
            long removed = first.count(audience.level()) - from.count(audience.level());
            return lostBefore + Math.max(0, removed);
        }

        /**
         * It has done with all before {@code to}; what was neither handed on nor refused was not
         * there any more.
         *
         * @return how many those were
         */
        long advanced(Place to, long handedOn, long refused) {
            synchronized (Ledger.this) {
                long lost = Math.max(0, passed(to) - handedOn - refused);
                shipped += handedOn;
                dropped += refused + lost;
                cursor = to;
                lostBefore = 0;
                lostFrom = to;
                return lost;
            }
        }

        void directShipped(long handedOn, long refused) {
            synchronized (Ledger.this) {
                directShipped += handedOn;
                directDropped += refused;
            }
        }

        long dropped() {
            synchronized (Ledger.this) {
                return lost() + dropped + directDropped;
            }
        }

        private Balance balance() {
            Severity level = audience.level();
            long backlog = Place.count(begin, level) - start.count(level);
            long inStore = Place.count(end, level) - cursor.count(level);
            long handed = Place.count(end, level) - Place.count(begin, level);
            long directly = audience.stored() ? 0 : Place.count(direct, level);
            long notStored = intake.dropped().of(audience);
            long lost = lost();
            // read last: nothing is gone that was not emitted
            long emitted = intake.emitted().of(audience);
            long onTheWay = emitted - notStored - handed - directly;
            return new Balance(
                    sink,
                    backlog + emitted,
                    shipped + directShipped,
                    onTheWay + inStore - lost + directly - directShipped - directDropped,
                    notStored + lost + dropped + directDropped);
        }
    }

    Account account(String sink, Audience audience) {
        Account account = new Account(sink, audience);
        accounts.add(account);
        return account;
    }

    synchronized void opened(long[] storeEnd) {
        begin = storeEnd;
        end = storeEnd;
    }

    /** The store is given, or keeps for it, so many in all. */
    synchronized void stored(long[] counts) {
        end = counts;
    }

    /** What was before it is gone, whether all sinks have had it or not. */
    synchronized void removed(Place oldest) {
        first = oldest;
    }

    synchronized void direct(Counted counted) {
        direct[counted.ordinal()]++;
    }

    synchronized List<Balance> balances() {
        return accounts.stream().map(Account::balance).toList();
    }
}
