package io.robustmq.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.RobustMq;
import io.robustmq.testkit.Scrape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What brings one broker to the limits of its process. */
final class Strains {
    private Strains() {}

    /** Retained messages are kept on the heap. */
    static void fillHeap(RobustMq broker) throws Exception {
        try (RawClient client = RawClient.connected(broker.mqttPort(), "keeper")) {
            int kept = 0;
            while (heapShare(broker) < 0.87) {
                assertThat(kept).isLessThan(100_000);
                for (int i = 0; i < 200; i++) {
                    client.publish("kept/" + kept++, new byte[16 << 10], true);
                }
                collectGarbage(broker);
            }
        }
    }

    /** The figure is that of the last collection. */
    private static void collectGarbage(RobustMq broker) throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        ChildProcess.run(jcmd.toString(), Long.toString(broker.process().pid()), "GC.run");
    }

    private static double heapShare(RobustMq broker) throws Exception {
        Scrape scrape = broker.metrics();
        return scrape.sum("jvm_memory_pool_collection_used_bytes", "pool", "Tenured Gen")
                / scrape.sum("jvm_memory_pool_max_bytes", "pool", "Tenured Gen");
    }

    /** Subscribers that do not read: for each a mebibyte and more is kept. */
    static void fillBuffers(RobustMq broker, Opened open) throws Exception {
        for (int i = 0; bufferShare(broker, "robustmq_netty_buffer_bytes") < 0.93; i++) {
            assertThat(i).isLessThan(200);
            try (RawClient publisher = RawClient.connected(broker.mqttPort(), "sends")) {
                RawClient silent = open.add(RawClient.silent(broker.mqttPort(), "silent" + i));
                silent.subscribe("big/" + i, 0);
                for (int j = 0; j < 320; j++) {
                    publisher.publish("big/" + i, new byte[16 << 10], false);
                }
            } catch (IOException broken) {
                // this is what happens when it is full
            }
        }
        assertThat(bufferShare(broker, "robustmq_netty_buffer_pinned_bytes")).isGreaterThan(0.5);
    }

    private static double bufferShare(RobustMq broker, String metric) throws Exception {
        Scrape scrape = broker.metrics();
        return scrape.sum(metric, "arena", "direct")
                / scrape.sum("robustmq_netty_direct_max_bytes");
    }

    /** Sets the limit of the process to a little more than it has open. */
    static void useUpFiles(RobustMq broker) throws Exception {
        long limit = (long) (broker.metrics().sum("process_open_fds") / 0.9);
        ChildProcess.run(
                "prlimit", "--pid=" + broker.process().pid(), "--nofile=" + limit + ":" + limit);
    }

    /** As a machine that is overcommitted does: most of the time it does not run. */
    static Provocation pause(RobustMq broker) {
        return Provocation.again(
                "pause",
                () -> {
                    broker.process().signal("STOP");
                    try {
                        TimeUnit.MILLISECONDS.sleep(700);
                    } finally {
                        broker.process().signal("CONT");
                    }
                    TimeUnit.MILLISECONDS.sleep(100);
                    return true;
                });
    }
}
