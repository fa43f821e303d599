package io.robustmq.telemetry.pipeline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * What a collector says of a batch that it took: how many records of it it will never have. The
 * same for logs, spans and metrics:
 *
 * <pre>
 *   ExportLogsServiceResponse { partial_success = 1 { rejected_log_records = 1; error_message = 2 } }
 * </pre>
 *
 * @param rejected 0 if it has them all
 * @param why empty if it does not say
 */
record OtlpPartial(long rejected, String why) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final OtlpPartial NONE = new OtlpPartial(0, "");

    static OtlpPartial ofProtobuf(byte[] body) throws IOException {
        long rejected = 0;
        String why = "";
        ProtoReader response = ProtoReader.of(body);
        while (response.next()) {
            if (response.field() == 1) {
                ProtoReader partial = response.message();
                while (partial.next()) {
                    if (partial.field() == 1) {
                        rejected = partial.number();
                    } else if (partial.field() == 2) {
                        why = partial.text();
                    }
                }
            }
        }
        if (rejected < 0) {
            throw new IOException("rejected " + rejected + " records");
        }
        return rejected == 0 ? NONE : new OtlpPartial(rejected, why);
    }

    /** Some answer in JSON, whatever they were asked in. */
    static OtlpPartial ofJson(byte[] body) throws IOException {
        long rejected = 0;
        String why = "";
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("no JSON object");
            }
            while (parser.nextToken() != null) {
                String name = parser.currentName();
                boolean value = parser.currentToken().isScalarValue();
                if (value && name != null && name.startsWith("rejected")) {
                    rejected = parser.getValueAsLong(); // protobuf's JSON has longs as strings
                } else if (value && "errorMessage".equals(name)) {
                    why = parser.getText();
                }
            }
        }
        return rejected <= 0 ? NONE : new OtlpPartial(rejected, why);
    }
}
