package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.pipeline.PipelineSettings.OtlpProtocol;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A collector's answer, and what it means for the batch.
 *
 * <p>Refused is only what is about the batch itself. What is about the place (credentials, path,
 * overload, a defect there) is tried again, also where the protocol says it need not be: somebody
 * will mend it, and until then nothing is lost.
 *
 * @param headers by lower-case name; gRPC's trailers among them
 */
record OtlpAnswer(int status, String reason, Map<String, String> headers, byte[] body) {
    /** Nobody is waited for any longer. */
    static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    /** What is longer is not an answer. */
    static final int MAX_BYTES = 64 * 1024;

    private static final int GRPC_PREFIX_BYTES = 5;

    /** The other end failed, at the batch or by itself: nobody can say. */
    static final class UnclearException extends IOException {
        UnclearException(String message) {
            super(message);
        }
    }

    private static final Set<Integer> HTTP_NOT_NOW = Set.of(429, 502, 503, 504);
    private static final Set<Integer> HTTP_REFUSALS = Set.of(400, 413, 422);

    private static final String[] GRPC_CODES = {
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED"
    };

    /** What gRPC's libraries say, under a code that they share with overload. */
    private static final Set<String> TOO_LARGE =
            Set.of("larger than max", "exceeds maximum", "too large");

    /** Returns if the batch is safe. */
    void check(OtlpProtocol protocol, InstantSource clock) throws IOException {
        if (protocol == OtlpProtocol.GRPC && status == 200) {
            checkGrpc();
        } else {
            checkHttp(clock);
        }
    }

    // HTTP

    private void checkHttp(InstantSource clock) throws IOException {
        if (status / 100 == 2) {
            partial();
            return;
        }
        String text = "HTTP " + status + (reason.isEmpty() ? "" : " " + reason);
        String said = errorText();
        text += said.isEmpty() ? "" : ": " + said;
        if (HTTP_NOT_NOW.contains(status)) {
            Duration wait = retryAfter(header("retry-after"), clock);
            throw wait == null ? new IOException(text) : new Sink.BusyException(wait, text);
        }
        // a plain request to a TLS port is 400, too
        if (HTTP_REFUSALS.contains(status) && !said.contains("HTTPS")) {
            throw new Sink.RefusedException(text);
        }
        throw status == 500 ? new UnclearException(text) : new IOException(text);
    }

    private void partial() throws IOException {
        if (body.length == 0) {
            return;
        }
        String type = header("content-type");
        OtlpPartial partial;
        try {
            if (type.isEmpty() || type.startsWith("application/x-protobuf")) {
                partial = OtlpPartial.ofProtobuf(body);
            } else if (type.startsWith("application/json")) {
                partial = OtlpPartial.ofJson(body);
            } else {
                throw new IOException("it is " + Reasons.quoted(type));
            }
        } catch (IOException garbage) {
            throw new IOException(
                    "HTTP "
                            + status
                            + " with an answer that is not OTLP: "
                            + Reasons.quoted(String.valueOf(garbage.getMessage())),
                    garbage);
        }
        refuse(partial);
    }

    private static void refuse(OtlpPartial partial) throws IOException {
        if (partial.rejected() > 0) {
            throw new Sink.PartlyRefusedException(
                    partial.rejected(),
                    partial.rejected() + " rejected: " + Reasons.quoted(partial.why()));
        }
    }

    /** Errors are a google.rpc.Status, or what some proxy wrote. */
    private String errorText() {
        if (!header("content-type").startsWith("application/x-protobuf")) {
            return Reasons.quoted(new String(body, StandardCharsets.UTF_8));
        }
        try {
            String text = "";
            ProtoReader status = ProtoReader.of(body);
            while (status.next()) {
                text = status.field() == 2 ? status.text() : text;
            }
            return Reasons.quoted(text);
        } catch (IOException garbage) {
            return "";
        }
    }

    /** Seconds, or a date; null if it is neither. */
    static @Nullable Duration retryAfter(String value, InstantSource clock) {
        try {
            if (value.matches("\\d{1,9}")) {
                return bounded(Duration.ofSeconds(Long.parseLong(value)));
            }
            ZonedDateTime until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
            return bounded(Duration.between(clock.instant(), until));
        } catch (DateTimeException neither) {
            return null;
        }
    }

    private static Duration bounded(Duration wait) {
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }

    // gRPC

    private void checkGrpc() throws IOException {
        int code;
        try {
            code = Integer.parseInt(header("grpc-status"));
        } catch (NumberFormatException none) {
            throw new IOException(
                    "HTTP 200 with an answer that is not gRPC: "
                            + Reasons.quoted(header("content-type")),
                    none);
        }
        if (code == 0) {
            refuse(OtlpPartial.ofProtobuf(grpcMessage()));
            return;
        }
        String said = percentDecoded(header("grpc-message"));
        String text = "gRPC " + grpcName(code) + ": " + Reasons.quoted(said);
        switch (grpcName(code)) {
            case "INVALID_ARGUMENT" -> throw new Sink.RefusedException(text);
            case "UNAVAILABLE", "RESOURCE_EXHAUSTED" -> {
                Duration wait = retryInfo();
                if (wait != null) {
                    throw new Sink.BusyException(wait, text);
                }
                if (code == 8 && TOO_LARGE.stream().anyMatch(said::contains)) {
                    throw new Sink.RefusedException(text);
                }
                throw new IOException(text);
            }
            case "UNKNOWN", "INTERNAL", "FAILED_PRECONDITION", "ALREADY_EXISTS" ->
                    throw new UnclearException(text);
            case String _ -> throw new IOException(text);
        }
    }

    /**
     * One message behind its prefix: whether it is compressed, and its length. A server may
     * compress its answer if we compressed the request.
     */
    private byte[] grpcMessage() throws IOException {
        ByteBuffer frame = ByteBuffer.wrap(body);
        boolean whole =
                body.length >= GRPC_PREFIX_BYTES
                        && frame.getInt(1) == body.length - GRPC_PREFIX_BYTES;
        if (!whole || body[0] > (header("grpc-encoding").equals("gzip") ? 1 : 0)) {
            throw new IOException("gRPC OK with a message that is not OTLP");
        }
        InputStream message =
                new ByteArrayInputStream(body, GRPC_PREFIX_BYTES, body.length - GRPC_PREFIX_BYTES);
        return (body[0] == 1 ? new GZIPInputStream(message) : message).readNBytes(MAX_BYTES);
    }

    private static String grpcName(int code) {
        return code >= 0 && code < GRPC_CODES.length ? GRPC_CODES[code] : "code " + code;
    }

    /**
     * Of the google.rpc.Status among the trailers.
     *
     * <pre>
     *   Status { details = 3 Any { type_url = 1; value = 2 RetryInfo { retry_delay = 1 Duration {
     *     seconds = 1; nanos = 2 } } } }
     * </pre>
     */
    private @Nullable Duration retryInfo() {
        try {
            byte[] details = Base64.getDecoder().decode(header("grpc-status-details-bin"));
            ProtoReader status = ProtoReader.of(details);
            while (status.next()) {
                Duration delay = status.field() == 3 ? delay(status.message()) : null;
                if (delay != null) {
                    return bounded(delay);
                }
            }
        } catch (IOException | IllegalArgumentException | ArithmeticException garbage) {
            // then it has not said when
        }
        return null;
    }

    private static @Nullable Duration delay(ProtoReader any) throws IOException {
        boolean isRetryInfo = false;
        while (any.next()) {
            if (any.field() == 1) {
                isRetryInfo = any.text().endsWith("/google.rpc.RetryInfo");
            } else if (any.field() == 2 && isRetryInfo) {
                ProtoReader info = any.message();
                while (info.next()) {
                    if (info.field() == 1) {
                        return duration(info.message());
                    }
                }
            }
        }
        return null;
    }

    private static Duration duration(ProtoReader duration) throws IOException {
        Duration sum = Duration.ZERO;
        while (duration.next()) {
            sum =
                    duration.field() == 1
                            ? sum.plusSeconds(duration.number())
                            : sum.plusNanos(duration.number());
        }
        return sum;
    }

    private static String percentDecoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException plain) {
            return text;
        }
    }

    private String header(String name) {
        return headers.getOrDefault(name, "");
    }
}
