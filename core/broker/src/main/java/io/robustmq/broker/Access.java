package io.robustmq.broker;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Who may connect and what they may do, payloads included. Any thread. */
public final class Access {
    /** What happens when a client publishes what it may not, and cannot be told, or need not. */
    public enum OnDeniedPublish {
        /** It is dropped; who published with QoS 1 or 2 by MQTT 5 is told. */
        IGNORE,
        /** The client is disconnected. */
        DISCONNECT
    }

    private final Authenticator authenticator;
    private final Authorizer authorizer;
    private final OnDeniedPublish onDeniedPublish;

    /** Decisions of an older version are asked for again. */
    private final AtomicLong version = new AtomicLong();

    private volatile @Nullable PayloadSchemas schemas;

    public Access(
            Authenticator authenticator, Authorizer authorizer, OnDeniedPublish onDeniedPublish) {
        this.authenticator = authenticator;
        this.authorizer = authorizer;
        this.onDeniedPublish = onDeniedPublish;
    }

    /** Whoever is let in may do everything. */
    public Access(Authenticator authenticator) {
        this(authenticator, Authorizer.EVERYTHING, OnDeniedPublish.IGNORE);
    }

    Authenticator authenticator() {
        return authenticator;
    }

    Authorizer authorizer() {
        return authorizer;
    }

    OnDeniedPublish onDeniedPublish() {
        return onDeniedPublish;
    }

    /**
     * In force from now on, for all brokers that this is the access of.
     *
     * @param others null for none
     */
    public void use(@Nullable PayloadSchemas others) {
        schemas = others;
    }

    /** Null if there are none. */
    @Nullable PayloadSchemas schemas() {
        return schemas;
    }

    void changed() {
        version.incrementAndGet();
    }

    long version() {
        return version.get();
    }
}
