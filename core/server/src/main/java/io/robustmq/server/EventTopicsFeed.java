package io.robustmq.server;

import io.robustmq.broker.EventTopics;
import io.robustmq.eventlog.EventFields;
import io.robustmq.eventlog.EventFollower;
import io.robustmq.eventlog.EventQuery;
import io.robustmq.eventlog.EventSearch;
import io.robustmq.journal.JournalClosedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the node's events to {@code $SYS/events/<node>/<category>/<event>}, on a thread of its
 * own, while an admin is subscribed there.
 */
final class EventTopicsFeed implements AutoCloseable {
    private static final String PREFIX = "$SYS/events/";

    /** So many are handed to the broker at once. */
    private static final int BATCH = 256;

    /** A broker that has not taken them by then loses no more than its subscribers' messages. */
    private static final long MOST_MILLIS = 5000;

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final EventSearch search;
    private final EventTopics topics;
    private final List<EventTopics.Own> batch = new ArrayList<>(BATCH);

    // guarded by this
    private @Nullable Thread thread;
    private boolean closed;

    /** Where to begin; -1 while nobody is subscribed. */
    private long from = -1;

    EventTopicsFeed(EventSearch search, EventTopics topics) {
        this.search = search;
        this.topics = topics;
    }

    synchronized void open() {
        Thread made = Thread.ofPlatform().daemon().name("event-topics").unstarted(this::run);
        thread = made;
        topics.onWanted(this::wanted);
        made.start();
    }

    /** What happens from now on is for somebody. */
    private synchronized void wanted() {
        if (from < 0) {
            from = search.nextSeq();
            notifyAll();
        }
    }

    private void run() {
        try {
            long begin = await();
            while (begin >= 0) {
                publishFrom(begin);
                begin = await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where to begin, once somebody is subscribed; -1 when it is closed. */
    private synchronized long await() throws InterruptedException {
        from = -1;
        while (!closed && from < 0) {
            if (topics.isWanted()) {
                wanted(); // a session that was resumed
            } else {
                TimeUnit.NANOSECONDS.timedWait(this, LOOK_NANOS);
            }
        }
        return closed ? -1 : from;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Until nobody wants them any more, or the store is closed. */
    private void publishFrom(long begin) throws InterruptedException {
        EventFollower.Listener listener =
                new EventFollower.Listener() {
                    @Override
                    public void event(EventSearch.Found event) throws IOException {
                        add(event);
                    }

                    @Override
                    public void gap(EventSearch.Gap gap) {
                        // a subscriber sees it by the sequence numbers
                    }
                };
        try (EventFollower follower = search.follow(EventQuery.ALL, begin)) {
            boolean open = true;
            boolean wanted = true;
            while (open && wanted && !isClosed()) {
                open = follower.read(listener, LOOK_NANOS);
                publish();
                wanted = topics.isWanted();
            }
            if (!open) {
                close();
            }
        } catch (JournalClosedException stopping) {
            close();
        } catch (IOException unreadable) {
            // the journal has reported it; the disk may come back
            TimeUnit.NANOSECONDS.sleep(LOOK_NANOS);
        }
        batch.clear();
    }

    private void add(EventSearch.Found found) throws IOException {
        EventFields event = EventFields.of(found.json());
        String name = event.get("event");
        int dot = name.indexOf('.');
        boolean itself = name.startsWith("message.") && event.get("topic_name").startsWith("$SYS/");
        if (dot < 0 || itself) {
            return; // to tell that these were delivered would have to be told again
        }
        String topic =
                PREFIX
                        + event.get("node_id")
                        + '/'
                        + name.substring(0, dot)
                        + '/'
                        + name.substring(dot + 1);
        batch.add(new EventTopics.Own(topic, found.json()));
        if (batch.size() == BATCH) {
            publish();
        }
    }

    private void publish() {
        if (!batch.isEmpty()) {
            topics.publish(batch, MOST_MILLIS);
            batch.clear();
        }
    }

    /** Before the broker is closed. Twice without harm. */
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closed = true;
            running = thread;
            thread = null;
            notifyAll();
        }
        topics.onWanted(() -> {});
        if (running != null && running != Thread.currentThread()) {
            running.interrupt();
            try {
                running.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
