package io.robustmq.broker;

import static io.robustmq.broker.TestBroker.waitUntil;

import io.robustmq.telemetry.event.Tracing;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Several brokers that are each other's clients, with a proxy between each two of them. */
final class TestHomes implements AutoCloseable {
    static final Duration DIGESTS = Duration.ofMillis(300);

    static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);

    private final Map<String, TestBroker> brokers = new LinkedHashMap<>();

    /** By who dials and who is dialed. */
    private final Map<String, CutProxy> proxies = new HashMap<>();

    static TestHomes open(int loops, String... homes) throws Exception {
        TestHomes all = new TestHomes();
        for (String home : homes) {
            all.add(home, TestBroker.settings(loops));
        }
        all.meet();
        return all;
    }

    TestBroker add(String home, BrokerSettings settings) throws IOException {
        return add(home, settings, Tracing.OFF);
    }

    TestBroker add(String home, BrokerSettings settings, Tracing tracing) throws IOException {
        return add(new ClusterSettings(home, ANY, null, DIGESTS), settings, tracing);
    }

    TestBroker add(ClusterSettings cluster, BrokerSettings settings, Tracing tracing)
            throws IOException {
        String home = cluster.home();
        TestBroker broker = TestBroker.open(settings.with(cluster), Authenticator.ANYBODY, tracing);
        brokers.put(home, broker);
        return broker;
    }

    TestBroker at(String home) {
        return Objects.requireNonNull(brokers.get(home));
    }

    /** Between two, whichever dials. */
    CutProxy between(String one, String other) {
        return one.compareTo(other) < 0 ? proxy(one, other) : proxy(other, one);
    }

    private CutProxy proxy(String from, String to) {
        return proxies.computeIfAbsent(from + " " + to, key -> new CutProxy());
    }

    /** Tells all where the others are. */
    void tell() {
        for (String home : brokers.keySet()) {
            Map<String, InetSocketAddress> addresses = new HashMap<>();
            for (Map.Entry<String, TestBroker> other : brokers.entrySet()) {
                InetSocketAddress address = other.getValue().broker.clusterAddress();
                if (!other.getKey().equals(home)) {
                    CutProxy proxy = proxy(home, other.getKey());
                    proxy.to(address);
                    address = proxy.address();
                }
                addresses.put(other.getKey(), address);
            }
            at(home).broker.peers(addresses);
        }
    }

    /** And waits until each has a connection with each. */
    void meet() throws InterruptedException {
        tell();
        waitUntil(() ->
                brokers.values().stream()
                        .allMatch(each ->
                                each.broker.measures().peersConnected() == brokers.size() - 1));
    }

    /** Waits until what is published at one home to a topic goes to those others. */
    void routed(String at, String topic, String... others) throws InterruptedException {
        Set<String> wanted = new TreeSet<>(List.of(others));
        waitUntil(() -> routes(at, topic).equals(wanted));
    }

    private Set<String> routes(String at, String topic) {
        List<Recipient> found = new ArrayList<>();
        shared(at).subscriptions().trie().match(topic, found);
        Set<String> homes = new TreeSet<>();
        for (Recipient each : found) {
            switch (each) {
                case Subscription subscription -> add(subscription.session(), homes);
                case ShareGroup group -> {
                    for (ShareMember member : group.members()) {
                        add(member.session(), homes);
                    }
                }
            }
        }
        return homes;
    }

    private static void add(Session session, Set<String> homes) {
        if (session.isPeer()) {
            homes.add(session.clientId().substring(Cluster.PREFIX.length()));
        }
    }

    Shared shared(String at) {
        return at(at).broker.loops().getFirst().shared();
    }

    /** Of all QoS. */
    long forwarded(String at) {
        BrokerMeasures measures = at(at).broker.measures();
        return measures.forwarded(0) + measures.forwarded(1) + measures.forwarded(2);
    }

    @Override
    public void close() {
        proxies.values().forEach(CutProxy::close);
        brokers.values().forEach(TestBroker::close);
    }
}
