package io.robustmq.broker;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.function.Consumer;

/**
 * Which of several brokers has which client; other brokers are none. A broker has one from the
 * first {@link #claim} or {@link #hold} of it on until each was dropped. Any thread, as long as
 * {@link #drop} of a client comes after what it takes back.
 */
public interface ClientDirectory {
    /** Of a broker that has all clients. */
    ClientDirectory ALONE =
            new ClientDirectory() {
                @Override
                public void claim(String clientId, Consumer<Whereabouts> told) {
                    told.accept(Whereabouts.HERE);
                }

                @Override
                public void hold(String clientId) {}

                @Override
                public void drop(String clientId) {}

                @Override
                public void restored(Collection<String> clientIds) {}

                @Override
                public void unreachable(Whereabouts.Elsewhere there, Throwable why) {}
            };

    /** Where a client belongs. */
    sealed interface Whereabouts {
        Here HERE = new Here();

        /** No other broker has it as long as this one does. */
        record Here() implements Whereabouts {}

        /**
         * At another broker, which goes on with it.
         *
         * @param home the broker's name
         */
        record Elsewhere(String home, InetSocketAddress address) implements Whereabouts {}

        /** Nobody can say at present. */
        record Unknown(String why) implements Whereabouts {}
    }

    /**
     * A client is connecting: claims it for this broker, unless another one has it. To be dropped
     * when the connection ends if the answer was {@link Whereabouts.Here}.
     *
     * @param told once, within seconds; on any thread, also on this one before the call returns
     */
    void claim(String clientId, Consumer<Whereabouts> told);

    /** A client that is claimed has a session now, which outlives the connection perhaps. */
    void hold(String clientId);

    /** One connection, or the session, has ended. */
    void drop(String clientId);

    /**
     * At the start: the log has these sessions, and whoever else has their clients by now does not
     * know. Each is held. Returns when they are claimed.
     */
    void restored(Collection<String> clientIds);

    /** The broker that has a client does not answer there. */
    void unreachable(Whereabouts.Elsewhere there, Throwable why);
}
