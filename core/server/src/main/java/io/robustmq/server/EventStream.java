package io.robustmq.server;

import com.sun.net.httpserver.HttpExchange;
import io.robustmq.eventlog.EventFollower;
import io.robustmq.eventlog.EventSearch;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PipelineEvent;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/**
 * One client that follows events, as server-sent events (HTML standard, 9.2): {@code id} is the
 * sequence number, {@code data} the event's JSON. What cannot be read comes as {@code event: gap}.
 *
 * <p>Nothing is kept for the client: it is sent what the store has, as fast as it reads. One that
 * takes nothing for {@value #SLOW_SECONDS} seconds is dropped.
 */
final class EventStream {
    static final int SLOW_SECONDS = 10;

    private static final long HEARTBEAT_SECONDS = 15;
    private static final int BUFFER_BYTES = 16 << 10;

    private final HttpExchange exchange;
    private final HttpWatch watch;
    private final Events events;

    EventStream(HttpExchange exchange, HttpWatch watch, Events events) {
        this.exchange = exchange;
        this.watch = watch;
        this.events = events;
    }

    /** Returns when the client went, was dropped, or the node stops. */
    void send(EventFollower follower, long from) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", EventsApi.STREAM + "; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(200, head ? -1 : 0);
        try (exchange;
                follower) {
            if (!head) {
                send(
                        follower,
                        new BufferedOutputStream(exchange.getResponseBody(), BUFFER_BYTES),
                        from);
            }
        } catch (IOException gone) {
            if (watch.isOverdue()) {
                events.emit(
                        new PipelineEvent.FollowerDropped(
                                Listener.text(exchange.getRemoteAddress()),
                                follower.next(),
                                TimeUnit.SECONDS.toMillis(SLOW_SECONDS)));
            }
            throw gone;
        }
    }

    private void send(EventFollower follower, OutputStream out, long from) throws IOException {
        Sending sending = new Sending(out);
        sending.write(": following from " + from + "\n\n");
        boolean open = true;
        while (open) {
            sending.flush();
            watch.stop();
            sending.written = 0;
            open = follower.read(sending, TimeUnit.SECONDS.toNanos(HEARTBEAT_SECONDS));
            if (open && sending.written == 0) {
                sending.write(":\n\n");
            }
        }
    }

    /** Writes, and is watched while it does. */
    private final class Sending implements EventFollower.Listener {
        private final OutputStream out;
        private int written;

        Sending(OutputStream out) {
            this.out = out;
        }

        @Override
        public void event(EventSearch.Found event) throws IOException {
            write("id: " + event.seq() + "\ndata: ");
            out.write(event.json());
            write("\n\n");
        }

        @Override
        public void gap(EventSearch.Gap gap) throws IOException {
            write("event: gap\ndata: " + EventsApi.json(gap) + "\n\n");
        }

        private void write(String text) throws IOException {
            watch.allow(TimeUnit.SECONDS.toNanos(SLOW_SECONDS));
            out.write(EventsApi.utf8(text));
            written++;
        }

        private void flush() throws IOException {
            watch.allow(TimeUnit.SECONDS.toNanos(SLOW_SECONDS));
            out.flush();
        }
    }
}
