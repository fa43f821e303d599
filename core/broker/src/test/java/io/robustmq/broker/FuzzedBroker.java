package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.robustmq.journal.LocalDisk;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.testkit.SettableClock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A whole broker with one loop and a log, and clients that play a {@link ClientScript} without
 * sockets, so that a play takes about a millisecond. Nothing may be left of them afterwards, and a
 * {@link Witness} must not have noticed.
 */
final class FuzzedBroker implements AutoCloseable {
    private static final int OUTBOUND_BYTES = 32 * 1024;
    private static final long PATIENCE_SECONDS = 30;

    /** Longer than any session is kept. */
    private static final Duration LONG = Duration.ofDays(8);

    private final Faults faults = new Faults();
    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true);
    private final @Nullable PipeChannel[] clients = new @Nullable PipeChannel[ClientScript.CLIENTS];
    private final boolean[] deaf = new boolean[ClientScript.CLIENTS];
    private final TestLog log;
    private final Broker broker;

    // while open
    private @Nullable Loop loop;
    private @Nullable Admission admission;
    private @Nullable Witness witness;

    FuzzedBroker() throws IOException {
        this(Tracing.OFF);
    }

    FuzzedBroker(Tracing tracing) throws IOException {
        log = TestLog.open(new LocalDisk(), clock, faults);
        broker =
                new Broker(
                        settings(),
                        log.shard(),
                        new Access(Authenticator.ANYBODY),
                        ClientDirectory.ALONE,
                        faults,
                        tracing,
                        clock,
                        new Random(1));
    }

    /** Small bounds, so that scripts come to them. */
    private static BrokerSettings settings() {
        Object[] parts = {
            new BrokerSettings.Limits(1 << 16, 10, 5, Duration.ofDays(7).toSeconds(), 0),
            new BrokerSettings.Queues(
                    4, 20, 64 * 1024, OUTBOUND_BYTES, BrokerSettings.WhenFull.DROP_OLDEST),
            new BrokerSettings.Retained(50, 1 << 20),
            new BrokerSettings.Storage(1 << 20, 50)
        };
        BrokerSettings settings = TestBroker.settings(1);
        for (Object part : parts) {
            settings = TestBroker.with(settings, part);
        }
        return settings;
    }

    void open() throws Exception {
        faults.open();
        broker.open();
        Loop only = broker.loops().getFirst();
        loop = only;
        admission =
                new Admission(
                        only.shared(),
                        Runnable::run,
                        new Homing(
                                only.shared(),
                                broker.loops(),
                                (on, there, connected, failed) ->
                                        failed.accept(new AssertionError(there))),
                        new Random(1));
        witness = new Witness(this);
        witness.connect();
    }

    private Loop loop() {
        return java.util.Objects.requireNonNull(loop);
    }

    private Witness witness() {
        return java.util.Objects.requireNonNull(witness);
    }

    /** Plays it, and fails if the broker does not take it as it should. */
    void play(ClientScript script) throws Exception {
        CompletableFuture<String> played = new CompletableFuture<>();
        loop().executor().execute(() -> step(script.steps(), 0, played));
        assertThat(played.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("left").isEmpty();
        assertThat(faults.take()).as("faults").isEmpty();
        witness().check();
    }

    /** Each is a task of its own, behind what the broker has to do for the ones before. */
    private void step(List<ClientScript.Step> steps, int at, CompletableFuture<String> played) {
        try {
            if (at == steps.size()) {
                over(played);
                return;
            }
            Runnable next = () -> step(steps, at + 1, played);
            switch (steps.get(at)) {
                case ClientScript.Send(int client, byte[] bytes) -> channel(client).send(bytes);
                case ClientScript.Do(int client, ClientScript.Order order) -> {
                    if (order == ClientScript.Order.WAIT) {
                        clock.advance(Duration.ofSeconds(30));
                        loop().sweep();
                        afterLog(next);
                        return;
                    }
                    obey(client, order);
                }
            }
            loop().executor().execute(next);
        } catch (RuntimeException | Error e) {
            played.completeExceptionally(e);
        }
    }

    /** What comes by the end of some, such as a will, may be for others: so all end twice. */
    private void over(CompletableFuture<String> played) {
        end();
        afterLog(() -> {
            end();
            witness().publish();
            afterLog(() -> {
                witness().take();
                loop().executor().execute(() -> played.complete(left()));
            });
        });
    }

    private void obey(int client, ClientScript.Order order) {
        switch (order) {
            case GO_ON, WAIT -> {}
            case OPEN -> reopened(client);
            case CONNECT_3_1_1 ->
                    reopened(client).send(ClientScript.connect(client, MqttVersion.V3_1_1, true));
            case RESUME_3_1_1 ->
                    reopened(client).send(ClientScript.connect(client, MqttVersion.V3_1_1, false));
            case RESUME_5 ->
                    reopened(client).send(ClientScript.connect(client, MqttVersion.V5, false));
            case HANG_UP -> hangUp(client);
            case DEAF -> {
                deaf[client] = !deaf[client];
                channel(client).deaf(deaf[client]);
            }
        }
    }

    private PipeChannel channel(int client) {
        PipeChannel open = clients[client];
        return open == null ? reopened(client) : open;
    }

    private PipeChannel reopened(int client) {
        hangUp(client);
        PipeChannel made = connected(buffers);
        clients[client] = made;
        return made;
    }

    private void hangUp(int client) {
        PipeChannel open = clients[client];
        clients[client] = null;
        deaf[client] = false;
        if (open != null) {
            open.hangUp();
        }
    }

    /** A new connection; on the loop. */
    PipeChannel connected(ByteBufAllocator allocator) {
        PipeChannel channel = new PipeChannel();
        channel.config().setAllocator(allocator);
        channel.config()
                .setOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(OUTBOUND_BYTES / 2, OUTBOUND_BYTES));
        channel.pipeline()
                .addLast(
                        new Connection(
                                channel,
                                loop(),
                                java.util.Objects.requireNonNull(admission),
                                new ClientOrigin(
                                        "tcp",
                                        "tcp",
                                        new InetSocketAddress("127.0.0.1", 1),
                                        null)));
        loop().executor().register(channel);
        return channel;
    }

    /** Everybody hangs up, and so much time passes that nothing is kept. */
    private void end() {
        for (int client = 0; client < ClientScript.CLIENTS; client++) {
            hangUp(client);
        }
        clock.advance(LONG);
        loop().sweep();
    }

    /** What should not be there any more. */
    private String left() {
        if (!witness().isConnected()) {
            return ""; // somebody took its name
        }
        Counters counters = loop().counters();
        StringBuilder left = new StringBuilder();
        tell(left, "connections", loop().connections().size() - Witness.CONNECTIONS);
        tell(
                left,
                "sessions connected",
                counters.get(Counters.SESSIONS_CONNECTED) - Witness.CONNECTIONS);
        tell(left, "sessions offline", counters.get(Counters.SESSIONS_OFFLINE));
        tell(left, "subscriptions", counters.get(Counters.SUBSCRIPTIONS) - Witness.SUBSCRIPTIONS);
        tell(left, "queued messages", counters.get(Counters.QUEUED_MESSAGES));
        tell(left, "queued bytes", counters.get(Counters.QUEUED_BYTES));
        tell(left, "slow consumers", counters.get(Counters.SLOW_CONSUMERS));
        tell(left, "bytes loaded", loop().loadedBytes());
        tell(left, "direct bytes", buffers.metric().usedDirectMemory());
        tell(left, "heap bytes", buffers.metric().usedHeapMemory());
        return left.toString();
    }

    private static void tell(StringBuilder left, String what, long count) {
        if (count != 0) {
            left.append(what).append(' ').append(count).append(' ');
        }
    }

    /** Waits until all that was written is in the log, and dealt with. */
    void logged() throws Exception {
        CompletableFuture<String> done = new CompletableFuture<>();
        loop().executor().execute(() -> afterLog(() -> done.complete("")));
        done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private void afterLog(Runnable then) {
        loop().log()
                .add(
                        new LogEntry(loop(), SessionRecord.NOTHING.encoded()) {
                            @Override
                            void committed() {
                                loop().executor().execute(then);
                            }

                            @Override
                            void refused(IOException why) {
                                throw new AssertionError("the log does not take it", why);
                            }
                        });
    }

    <T> T onLoop(Callable<T> task) throws Exception {
        return loop().executor().submit(task).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        broker.close();
        log.close();
        faults.close();
        assertThat(faults.take()).as("faults").isEmpty();
    }
}
