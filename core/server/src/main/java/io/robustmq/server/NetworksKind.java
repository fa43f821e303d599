package io.robustmq.server;

import io.netty.util.NetUtil;
import io.robustmq.broker.AddressRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;

/** A list of networks such as {@code 10.0.0.0/8}; as text they are parted by commas. */
record NetworksKind() implements ValueKind {
    @Override
    public String allowed() {
        return "a list of networks such as \"10.0.0.0/8\" or \"fd00::/8\", or empty";
    }

    @Override
    public @Nullable Object read(Object written) {
        return written instanceof TomlArray array ? networks(array.toList()) : null;
    }

    @Override
    public @Nullable Object readText(String text) {
        return networks(ListText.of(text));
    }

    private static @Nullable Object networks(List<?> written) {
        List<AddressRange> networks = new ArrayList<>();
        for (Object element : written) {
            AddressRange network =
                    element instanceof String text && isNetwork(text)
                            ? AddressRange.parse(text)
                            : null;
            if (network == null) {
                return null;
            }
            networks.add(network);
        }
        return List.copyOf(networks);
    }

    /** One address alone is none, nor is one in a shortened form. */
    private static boolean isNetwork(String text) {
        int slash = text.indexOf('/');
        return slash >= 0
                && NetUtil.createByteArrayFromIpAddressString(text.substring(0, slash)) != null;
    }
}
