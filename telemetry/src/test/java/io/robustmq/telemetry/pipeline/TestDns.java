package io.robustmq.telemetry.pipeline;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.security.Security;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The JVM's look-up of names while tests run: names below {@code gone.test} are 127.0.0.1 once a
 * test has added them, and before that unknown. All others are as ever.
 */
public final class TestDns extends InetAddressResolverProvider {
    static {
        // the JVM would remember for 10 s that a name was unknown
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    private static final Set<String> KNOWN = ConcurrentHashMap.newKeySet();

    static void add(String name) {
        KNOWN.add(name);
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver real = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
                    throws UnknownHostException {
                if (!host.endsWith(".gone.test")) {
                    return real.lookupByName(host, policy);
                }
                if (!KNOWN.contains(host)) {
                    throw new UnknownHostException(host);
                }
                return Stream.of(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1}));
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return real.lookupByAddress(address);
            }
        };
    }

    @Override
    public String name() {
        return "names of tests";
    }
}
