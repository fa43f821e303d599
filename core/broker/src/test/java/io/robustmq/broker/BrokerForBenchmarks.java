package io.robustmq.broker;

import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;

/** The broker alone, for the load generator: arguments are the port and, if wanted, the loops. */
final class BrokerForBenchmarks {
    private BrokerForBenchmarks() {}

    /** Prints what is worse than INFO, else nothing. */
    private static final Events PRINTING =
            new Events() {
                @Override
                public void emit(Event event) {
                    if (event.severity().number() > 9) {
                        System.out.println(event);
                    }
                }

                @Override
                public void emit(Event event, TraceContext trace) {
                    emit(event);
                }
            };

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        int loops = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0;
        BrokerSettings defaults = BrokerSettings.defaults();
        BrokerSettings settings =
                new BrokerSettings(
                        new BrokerSettings.Listener(
                                new InetSocketAddress("127.0.0.1", port),
                                loops,
                                defaults.listener().maxConnections(),
                                defaults.listener().connectTimeout()),
                        defaults.limits(),
                        defaults.queues(),
                        defaults.retained(),
                        defaults.storage(),
                        defaults.messageEventsPerSecond());
        Broker broker =
                new Broker(
                        settings,
                        TestLog.open(InstantSource.system(), Events.NONE).shard(),
                        Authenticator.ANYBODY,
                        PRINTING,
                        Tracing.OFF,
                        InstantSource.system());
        broker.open();
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
        new CountDownLatch(1).await();
    }
}
