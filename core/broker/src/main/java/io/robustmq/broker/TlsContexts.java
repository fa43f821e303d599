package io.robustmq.broker;

import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.util.AsyncMapping;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What TLS listeners with the same settings show to clients; from the files, which are looked at
 * again and again. A handshake takes what is current when its greeting comes, and keeps it. Files
 * that cannot be used change nothing, and are told.
 *
 * <p>Configured certificates are read by {@link #open}, which fails if they are wrong. That for
 * development is made while the broker is up already; handshakes wait for it.
 */
final class TlsContexts implements AsyncMapping<String, SslContext>, AutoCloseable {
    /** A start has other things to do than to make a certificate that nobody may want. */
    private static final long SOON_MILLIS = 1000;

    private final TlsSettings settings;
    private final Events events;
    private final InstantSource clock;
    private final AtomicInteger halfOpen = new AtomicInteger();
    private final ScheduledThreadPoolExecutor thread;

    private volatile @Nullable TlsSet current;
    // the thread's own
    private final List<TlsSet> retired = new ArrayList<>();
    private FileStamps stamps = FileStamps.NONE;

    TlsContexts(TlsSettings settings, Events events, InstantSource clock) {
        this.settings = settings;
        this.events = events;
        this.clock = clock;
        this.thread =
                new ScheduledThreadPoolExecutor(
                        1, new DefaultThreadFactory("mqtt-certificates", true));
    }

    /**
     * @throws IOException if a file that is configured cannot be used
     */
    void open() throws IOException {
        long millis = settings.reloadInterval().toMillis();
        switch (settings.identity()) {
            case TlsSettings.Files files -> load();
            case TlsSettings.SelfSigned made ->
                    thread.schedule(this::check, SOON_MILLIS, TimeUnit.MILLISECONDS);
        }
        thread.scheduleWithFixedDelay(this::check, millis, millis, TimeUnit.MILLISECONDS);
    }

    /** For the handshake of a client that asks for {@code host}, which may be null. */
    @Override
    public Future<SslContext> map(@Nullable String host, Promise<SslContext> promise) {
        TlsSet now = current;
        if (now != null) {
            return promise.setSuccess(now.forHost(host));
        }
        try {
            thread.execute(() -> {
                TlsSet then = orMade();
                if (then == null) {
                    promise.tryFailure(new IOException("the broker has no certificate"));
                } else {
                    promise.trySuccess(then.forHost(host));
                }
            });
        } catch (RejectedExecutionException closed) {
            promise.tryFailure(closed);
        }
        return promise;
    }

    private @Nullable TlsSet orMade() {
        if (current == null) {
            check();
        }
        return current;
    }

    /** The same for QUIC, whose handshakes cannot wait; null as long as there is none. */
    @Nullable QuicSslContext quic() {
        TlsSet now = current;
        return now == null ? null : now.quic();
    }

    /** Takes what is new in the files; on the thread, or in tests. */
    synchronized void check() {
        retired.forEach(TlsSet::release);
        retired.clear();
        FileStamps now = FileStamps.of(paths());
        if (current != null && now.equals(stamps)) {
            return;
        }
        try {
            load();
        } catch (IOException | RuntimeException unusable) {
            stamps = now; // told once for each change
            events.emit(
                    new ConnectionEvent.CertificateRejected(
                            paths().getFirst().toString(), Failure.of(unusable)));
        }
    }

    private synchronized void load() throws IOException {
        TlsSet before = current;
        TlsSet loaded = TlsSet.load(settings, clock.instant());
        current = loaded;
        stamps = FileStamps.of(paths()); // when they are all there
        if (before != null) {
            retired.add(before); // a handshake may have it in its hand
        }
        loaded.identities().forEach(this::tell);
    }

    private void tell(String host, CertificateFiles.Identity identity) {
        String notAfter = identity.own().getNotAfter().toInstant().toString();
        events.emit(
                new ConnectionEvent.CertificateLoaded(
                        host,
                        identity.own().getSubjectX500Principal().getName(),
                        identity.own().getSerialNumber().toString(16),
                        notAfter,
                        identity.file().toString()));
        if (settings.identity() instanceof TlsSettings.SelfSigned && host.equals(TlsSet.DEFAULT)) {
            events.emit(
                    new ConnectionEvent.CertificateSelfSigned(
                            identity.file().toAbsolutePath().normalize().toString(),
                            TlsSet.hosts(identity.own()),
                            notAfter));
        }
    }

    private List<Path> paths() {
        List<Path> paths = new ArrayList<>();
        add(
                paths,
                switch (settings.identity()) {
                    case TlsSettings.Files files -> files;
                    case TlsSettings.SelfSigned made -> SelfSigned.files(made.directory());
                });
        settings.named().forEach(named -> add(paths, named.files()));
        Path ca = settings.clientCa();
        if (ca != null) {
            paths.add(ca);
        }
        return paths;
    }

    private static void add(List<Path> paths, TlsSettings.Files files) {
        paths.add(files.certificate());
        paths.add(files.key());
    }

    /** By host, epoch seconds of the end of its validity. Any thread. */
    Map<String, Long> notAfterSeconds() {
        TlsSet now = current;
        return now == null ? Map.of() : now.notAfterSeconds();
    }

    TlsSettings settings() {
        return settings;
    }

    boolean wantsClients() {
        return settings.clientCertificates() != TlsSettings.ClientCertificates.NONE;
    }

    /** Handshakes that are going on. */
    AtomicInteger halfOpen() {
        return halfOpen;
    }

    /** When no handshake can begin any more. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            thread.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            retired.forEach(TlsSet::release);
            retired.clear();
            TlsSet last = current;
            if (last != null) {
                current = null;
                last.release();
            }
        }
    }
}
