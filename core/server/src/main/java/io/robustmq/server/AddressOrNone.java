package io.robustmq.server;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An Optional of a {@link ValueKind.Address}, empty where nothing is written. */
record AddressOrNone() implements ValueKind {
    private static final Address ADDRESS = new Address(0);

    @Override
    public String allowed() {
        return ADDRESS.allowed() + ", or empty";
    }

    @Override
    public @Nullable Object read(Object written) {
        if (written.equals("")) {
            return Optional.empty();
        }
        Object address = ADDRESS.read(written);
        return address == null ? null : Optional.of(address);
    }
}
