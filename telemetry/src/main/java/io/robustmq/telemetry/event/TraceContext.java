package io.robustmq.telemetry.event;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A W3C trace context: where a span belongs.
 *
 * <p>{@code traceparent} is {@code 00-<32 hex trace id>-<16 hex span id>-<2 hex flags>} (W3C Trace
 * Context, level 1, 3.2). In MQTT 5 it travels as the user property of that name (W3C Trace
 * Context: MQTT protocol, first draft).
 *
 * @param traceIdHigh upper 64 bits of the trace id
 * @param traceIdLow lower 64 bits; the two are not both 0
 * @param spanId not 0
 * @param sampled the flag of that name
 * @param traceState handed on as it came, {@code ""} if there was none
 */
public record TraceContext(
        long traceIdHigh, long traceIdLow, long spanId, boolean sampled, String traceState) {
    private static final HexFormat HEX = HexFormat.of();

    /**
     * Reads a {@code traceparent}; null if it is not one, which the specification says to treat as
     * if there were none.
     *
     * @param traceState null if there is none
     */
    public static @Nullable TraceContext parse(String traceparent, @Nullable String traceState) {
        int length = traceparent.length();
        if (length < 55
                || traceparent.charAt(2) != '-'
                || traceparent.charAt(35) != '-'
                || traceparent.charAt(52) != '-') {
            return null;
        }
        for (int i = 0; i < 55; i++) {
            char c = traceparent.charAt(i);
            boolean hex = c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
            if (!hex && i != 2 && i != 35 && i != 52) {
                return null;
            }
        }
        int version = HexFormat.fromHexDigits(traceparent, 0, 2);
        if (version == 0xff
                || version == 0 && length != 55
                || length > 55 && traceparent.charAt(55) != '-') {
            return null;
        }
        long high = HexFormat.fromHexDigitsToLong(traceparent, 3, 19);
        long low = HexFormat.fromHexDigitsToLong(traceparent, 19, 35);
        long span = HexFormat.fromHexDigitsToLong(traceparent, 36, 52);
        if ((high | low) == 0 || span == 0) {
            return null;
        }
        boolean sampled = (HexFormat.fromHexDigits(traceparent, 53, 55) & 1) == 1;
        return new TraceContext(high, low, span, sampled, traceState == null ? "" : traceState);
    }

    /** The {@code traceparent} of this context. */
    public String traceparent() {
        return "00-" + traceId() + "-" + spanIdHex() + (sampled ? "-01" : "-00");
    }

    /** 32 lower-case hex digits. */
    public String traceId() {
        return HEX.toHexDigits(traceIdHigh) + HEX.toHexDigits(traceIdLow);
    }

    /** 16 lower-case hex digits. */
    public String spanIdHex() {
        return HEX.toHexDigits(spanId);
    }
}
