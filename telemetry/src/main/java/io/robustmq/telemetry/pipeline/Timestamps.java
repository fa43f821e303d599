package io.robustmq.telemetry.pipeline;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** RFC 3339 in UTC, always to the microsecond, so that times align and sort as texts. */
final class Timestamps {
    private static final int LENGTH = "2026-11-23T10:15:30.123456Z".length();

    private Timestamps() {}

    static void append(Instant time, StringBuilder out) {
        long second = Math.floorMod(time.getEpochSecond(), 86_400L);
        out.append(day(time)).append('T');
        two(second / 3600, out).append(':');
        two(second / 60 % 60, out).append(':');
        two(second % 60, out).append('.');
        int micros = time.getNano() / 1000;
        for (int digit = 100_000; digit > 0; digit /= 10) {
            out.append((char) ('0' + micros / digit % 10));
        }
        out.append('Z');
    }

    /** What {@link #append} writes. */
    static Instant parsed(String text) {
        if (text.length() != LENGTH) {
            return Instant.parse(text);
        }
        long day =
                LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10))
                        .toEpochDay();
        long second =
                number(text, 11, 13) * 3600L + number(text, 14, 16) * 60L + number(text, 17, 19);
        return Instant.ofEpochSecond(day * 86_400 + second, number(text, 20, 26) * 1000L);
    }

    private static int number(String text, int from, int to) {
        return Integer.parseInt(text, from, to, 10);
    }

    static LocalDate day(Instant time) {
        return LocalDate.ofInstant(time, ZoneOffset.UTC);
    }

    static long epochNanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }

    private static StringBuilder two(long number, StringBuilder out) {
        return out.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }
}
