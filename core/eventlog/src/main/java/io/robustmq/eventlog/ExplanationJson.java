package io.robustmq.eventlog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;

/** An explanation for tools: one JSON object, times in UTC. */
public final class ExplanationJson {
    private static final JsonFactory JSON = new JsonFactory();

    private ExplanationJson() {}

    /** Without a line's end. */
    public static byte[] of(Explanation explanation) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
        try (JsonGenerator json = JSON.createGenerator((OutputStream) out)) {
            json.writeStartObject();
            json.writeStringField("subject", explanation.subject());
            json.writeStringField("verdict", explanation.verdict());
            json.writeArrayFieldStart("findings");
            for (Explanation.Finding finding : explanation.findings()) {
                json.writeStartObject();
                json.writeStringField("pattern", finding.pattern());
                json.writeStringField("text", finding.text());
                json.writeStringField("action", finding.action());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("story");
            for (Explanation.Step step : explanation.story()) {
                write(step, json);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("missing");
            for (String line : explanation.missing()) {
                json.writeString(line);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return out.toByteArray();
    }

    private static void write(Explanation.Step step, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("from", step.from().toString());
        json.writeStringField("until", step.until().toString());
        json.writeNumberField("times", step.times());
        json.writeStringField("level", step.level().name().toLowerCase(Locale.ROOT));
        json.writeStringField("text", step.text());
        json.writeNumberField("first_seq", step.firstSeq());
        json.writeNumberField("last_seq", step.lastSeq());
        json.writeEndObject();
    }
}
