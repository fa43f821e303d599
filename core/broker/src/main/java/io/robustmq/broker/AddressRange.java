package io.robustmq.broker;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or one address.
 *
 * @param network its bits after the prefix are 0
 */
public record AddressRange(InetAddress network, int prefixBits) {

    /** Null if it is none; host names are none. */
    public static @Nullable AddressRange parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
        } catch (IllegalArgumentException noAddress) {
            return null;
        }
        int all = address.getAddress().length * 8;
        if (slash < 0) {
            return new AddressRange(address, all);
        }
        String prefix = text.substring(slash + 1);
        if (!prefix.matches("\\d{1,3}") || Integer.parseInt(prefix) > all) {
            return null;
        }
        int bits = Integer.parseInt(prefix);
        return new AddressRange(masked(address, bits), bits);
    }

    public boolean has(InetAddress address) {
        return masked(address, Math.min(prefixBits, address.getAddress().length * 8))
                .equals(network);
    }

    /** With the bits after the prefix 0. */
    static InetAddress masked(InetAddress address, int prefixBits) {
        byte[] masked = address.getAddress();
        for (int i = 0; i < masked.length; i++) {
            int kept = Math.clamp(prefixBits - 8L * i, 0, 8);
            masked[i] &= (byte) (0xff << (8 - kept));
        }
        try {
            return InetAddress.getByAddress(masked);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("its length is that of an address", impossible);
        }
    }
}
