package io.robustmq.server;

import io.netty.util.NetUtil;
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
        List<String> networks = new ArrayList<>();
        for (Object element : written) {
            if (!(element instanceof String network) || !isNetwork(network)) {
                return null;
            }
            networks.add(network);
        }
        return List.copyOf(networks);
    }

    private static boolean isNetwork(String network) {
        int slash = network.indexOf('/');
        if (slash < 0 || !network.substring(slash + 1).matches("\\d{1,3}")) {
            return false;
        }
        byte[] address = NetUtil.createByteArrayFromIpAddressString(network.substring(0, slash));
        return address != null
                && Integer.parseInt(network.substring(slash + 1)) <= address.length * 8;
    }
}
