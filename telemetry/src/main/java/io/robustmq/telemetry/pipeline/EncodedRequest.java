package io.robustmq.telemetry.pipeline;

import io.opentelemetry.exporter.internal.marshal.Marshaler;
import io.opentelemetry.exporter.internal.marshal.Serializer;
import java.io.IOException;

/** A request that is written already. */
final class EncodedRequest extends Marshaler {
    private final byte[] bytes;

    EncodedRequest(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int getBinarySerializedSize() {
        return bytes.length;
    }

    @Override
    protected void writeTo(Serializer output) throws IOException {
        output.writeSerializedMessage(bytes, "");
    }
}
