package io.robustmq.server;

import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or one address.
 *
 * @param network its bits after the prefix are 0
 */
record AddressRange(byte[] network, int prefixBits) {

    /** Null if it is none; host names are none. */
    static @Nullable AddressRange parse(String text) {
        int slash = text.indexOf('/');
        byte[] address;
        try {
            address =
                    InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash)).getAddress();
        } catch (IllegalArgumentException noAddress) {
            return null;
        }
        int all = address.length * 8;
        if (slash < 0) {
            return new AddressRange(address, all);
        }
        String prefix = text.substring(slash + 1);
        if (!prefix.matches("\\d{1,3}") || Integer.parseInt(prefix) > all) {
            return null;
        }
        return new AddressRange(
                masked(address, Integer.parseInt(prefix)), Integer.parseInt(prefix));
    }

    boolean has(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == network.length && Arrays.equals(masked(bytes, prefixBits), network);
    }

    private static byte[] masked(byte[] address, int prefixBits) {
        byte[] masked = address.clone();
        for (int i = 0; i < masked.length; i++) {
            int kept = Math.clamp(prefixBits - 8L * i, 0, 8);
            masked[i] &= (byte) (0xff << (8 - kept));
        }
        return masked;
    }
}
