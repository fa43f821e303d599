package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;

/** MQTT 5, 1.5.4: well-formed UTF-8 as RFC 3629 has it, without U+0000. */
final class Utf8 {
    private Utf8() {}

    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long LOW_BITS = 0x0101_0101_0101_0101L;

    enum Verdict {
        WELL_FORMED,
        HAS_NUL,
        ILL_FORMED
    }

    /** Characters, of which U+0000 may be one, as MQTT allows it in a payload. */
    static boolean isText(ByteBuf buf, int from, int length) {
        int at = from;
        int end = from + length;
        while (at < end) {
            switch (check(buf, at, end - at)) {
                case WELL_FORMED -> at = end;
                case ILL_FORMED -> {
                    return false;
                }
                case HAS_NUL -> at = buf.indexOf(at, end, (byte) 0) + 1;
            }
        }
        return true;
    }

    static Verdict check(ByteBuf buf, int from, int length) {
        int at = from;
        int end = from + length;
        while (at < end) {
            if (end - at >= Long.BYTES) {
                long eight = buf.getLong(at);
                // eight bytes of ASCII, none of them 0
                if (((eight | (eight - LOW_BITS)) & HIGH_BITS) == 0) {
                    at += Long.BYTES;
                    continue;
                }
            }
            int lead = buf.getUnsignedByte(at);
            if (lead == 0) {
                return Verdict.HAS_NUL;
            }
            int size = lead < 0x80 ? 1 : sizeOfSequence(buf, at, end, lead);
            if (size == 0) {
                return Verdict.ILL_FORMED;
            }
            at += size;
        }
        return Verdict.WELL_FORMED;
    }

    /**
     * Unicode's table 3-7, 0 if ill-formed. The second byte's range is what keeps out overlong
     * forms (E0, F0), surrogates (ED) and what lies beyond U+10FFFF (F4).
     */
    private static int sizeOfSequence(ByteBuf buf, int at, int end, int lead) {
        if (lead < 0xC2 || lead > 0xF4) {
            return 0;
        }
        int size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (end - at < size) {
            return 0;
        }
        int lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        int second = buf.getUnsignedByte(at + 1);
        if (second < lowest || second > highest) {
            return 0;
        }
        for (int i = 2; i < size; i++) {
            if ((buf.getByte(at + i) & 0xC0) != 0x80) {
                return 0;
            }
        }
        return size;
    }
}
