package io.robustmq.broker;

import io.robustmq.protocol.MqttVersion;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * Packets of a client as MQTT's grammar has them, with values from the edges of what is allowed and
 * sometimes from beyond, and now and then damaged. All chance comes from the seed.
 */
final class Grammar {
    /** Every packet above it is refused. */
    static final int MOST_BYTES = 4096;

    static final int ALIASES = 5;

    private static final String[] TOPICS = {
        "f",
        "f/a",
        "f/a/b",
        "f//",
        "/f",
        "f/é😀",
        "f/+",
        "",
        "$SYS/f",
        "$delayed/3/f/a",
        "$delayed/x/f",
        "$exclusive/f",
        "f/" + "x/".repeat(140),
        "f/" + "y".repeat(500)
    };
    private static final String[] FILTERS = {
        "#",
        "+",
        "f/#",
        "f/+",
        "f/a",
        "+/a/#",
        "/+",
        "f/#/a",
        "f+",
        "",
        "$SYS/#",
        "$share/g/f/#",
        "$share/g/f/a",
        "$share//f",
        "$share/g+/f",
        "$exclusive/f",
        "w/#",
        "f/é😀",
        "f//"
    };
    private static final int[] EDGES = {0, 1, 2, 0x7F, 0x80, 0x81, 0x90, 0xFF};
    private static final long[] NUMBERS = {0, 1, 2, 10, 60, 65_535, 0x7FFF_FFFFL, 0xFFFF_FFFFL};

    private final Random random;
    private final boolean v5;

    Grammar(Random random, MqttVersion version) {
        this.random = random;
        this.v5 = version == MqttVersion.V5;
    }

    /** Under one of a few names, so that clients take each other's sessions over. */
    byte[] connect() {
        boolean will = one(4);
        boolean user = one(6);
        int flags = (one(2) ? 2 : 0) | (user ? 0x80 : 0) | (will ? willFlags() : 0);
        Bytes body = new Bytes().text(one(60) ? "MQIsdp" : "MQTT");
        body.u8(one(60) ? random.nextInt(256) : v5 ? 5 : 4);
        body.u8(one(60) ? random.nextInt(256) : flags);
        body.u16(one(4) ? random.nextInt(65_536) : 0);
        if (v5) {
            body.sized(connectProperties());
        }
        body.text(one(8) ? "" : one(30) ? "é😀".repeat(100) : "f" + random.nextInt(4));
        if (will) {
            if (v5) {
                Bytes properties = messageProperties();
                body.sized(one(2) ? properties.u8(0x18).u32(number()) : properties);
            }
            body.text(topic()).binary(payload());
        }
        if (user) {
            body.text("somebody");
        }
        return packet(0x10, body);
    }

    private int willFlags() {
        return 4 | random.nextInt(one(40) ? 4 : 3) << 3 | (one(3) ? 0x20 : 0);
    }

    private Bytes connectProperties() {
        Bytes properties = new Bytes();
        if (one(2)) {
            properties.u8(0x11).u32(number());
        }
        if (one(3)) {
            properties.u8(0x21).u16(one(20) ? 0 : 1 + random.nextInt(3));
        }
        if (one(5)) {
            properties.u8(0x27).u32(one(20) ? 0 : 1 + random.nextInt(300));
        }
        if (one(3)) {
            properties.u8(0x22).u16(random.nextInt(10));
        }
        if (one(8)) {
            properties.u8(0x19).u8(random.nextInt(one(10) ? 3 : 2));
        }
        if (one(8)) {
            properties.u8(0x17).u8(random.nextInt(one(10) ? 3 : 2));
        }
        if (one(40)) {
            properties.u8(0x15).text("method");
        }
        return userProperties(properties);
    }

    /** Any but CONNECT, most of them allowed. */
    byte[] any() {
        return switch (random.nextInt(24)) {
            case 0, 1, 2, 3 -> subscribe();
            case 4, 5 -> unsubscribe();
            case 6 -> packet(0xC0, new Bytes());
            case 7 -> ack(0x40);
            case 8 -> ack(0x50);
            case 9 -> ack(0x62);
            case 10 -> ack(0x70);
            case 11 -> one(3) ? disconnect() : ack(0x62);
            case 12 -> one(4) ? strange() : publish();
            default -> publish();
        };
    }

    byte[] publish() {
        int qos = one(80) ? 3 : random.nextInt(3);
        boolean dup = one(10) && (qos > 0 || one(10));
        Bytes body = new Bytes();
        Bytes properties = v5 ? messageProperties() : new Bytes();
        String topic = topic();
        if (v5 && one(4)) {
            properties.u8(0x23).u16(one(30) ? random.nextInt(8) : 1 + random.nextInt(ALIASES));
            topic = one(3) ? "" : topic;
        }
        body.text(topic);
        if (qos > 0) {
            body.u16(id());
        }
        if (v5) {
            body.sized(properties);
        }
        int header = 0x30 | (dup ? 8 : 0) | qos << 1 | (one(6) ? 1 : 0);
        return packet(header, body.raw(payload()));
    }

    private Bytes messageProperties() {
        Bytes properties = new Bytes();
        if (one(4)) {
            properties.u8(1).u8(random.nextInt(one(20) ? 3 : 2));
        }
        if (one(4)) {
            properties.u8(2).u32(number());
        }
        if (one(6)) {
            properties.u8(3).text("text/plain");
        }
        if (one(6)) {
            properties.u8(8).text(topic());
        }
        if (one(6)) {
            properties.u8(9).binary(payload());
        }
        if (one(60)) {
            properties.u8(0x0B).varint(1 + random.nextInt(1000)); // only servers send it
        }
        return userProperties(properties);
    }

    private Bytes userProperties(Bytes properties) {
        for (int i = random.nextInt(6) - 3; i > 0; i--) {
            properties.u8(0x26).text("name" + i).text(one(5) ? "" : "value");
        }
        return properties;
    }

    byte[] subscribe() {
        Bytes body = new Bytes().u16(id());
        if (v5) {
            Bytes properties = new Bytes();
            if (one(3)) {
                properties.u8(0x0B).varint(one(20) ? 0 : 1 + random.nextInt(268_435_454));
            }
            body.sized(userProperties(properties));
        }
        for (int i = one(40) ? 0 : 1 + random.nextInt(3); i > 0; i--) {
            int options = random.nextInt(3);
            if (v5) {
                options |= (one(4) ? 4 : 0) | (one(4) ? 8 : 0) | random.nextInt(3) << 4;
            }
            body.text(filter()).u8(one(60) ? random.nextInt(256) : options);
        }
        return packet(0x82, body);
    }

    private byte[] unsubscribe() {
        Bytes body = new Bytes().u16(id());
        if (v5) {
            body.sized(userProperties(new Bytes()));
        }
        for (int i = one(40) ? 0 : 1 + random.nextInt(3); i > 0; i--) {
            body.text(filter());
        }
        return packet(0xA2, body);
    }

    /** Of a packet identifier that there may be or not. */
    private byte[] ack(int header) {
        return ack(header, id(), one(3));
    }

    byte[] ack(int header, int id, boolean withReason) {
        Bytes body = new Bytes().u16(id);
        if (v5 && withReason) {
            int[] reasons = header < 0x60 ? new int[] {0, 0x10, 0x87, 0x97} : new int[] {0, 0x92};
            body.u8(one(30) ? random.nextInt(256) : reasons[random.nextInt(reasons.length)]);
            if (one(3)) {
                body.sized(userProperties(new Bytes().u8(0x1F).text("why")));
            }
        }
        return packet(header, body);
    }

    byte[] disconnect() {
        Bytes body = new Bytes();
        if (v5 && one(2)) {
            body.u8(one(20) ? random.nextInt(256) : one(3) ? 4 : 0);
            if (one(2)) {
                Bytes properties = new Bytes();
                body.sized(one(2) ? properties.u8(0x11).u32(number()) : properties);
            }
        }
        return packet(0xE0, body);
    }

    /** What a client must not send at all, or not now. */
    private byte[] strange() {
        return switch (random.nextInt(6)) {
            case 0 -> connect();
            case 1 -> packet(0x20, new Bytes().u8(0).u8(0));
            case 2 -> packet(0x90, new Bytes().u16(id()).u8(0));
            case 3 -> packet(0xD0, new Bytes());
            case 4 -> packet(0xF0, v5 ? new Bytes().u8(0x18).u8(0) : new Bytes());
            default -> packet(0x00, new Bytes().raw(payload()));
        };
    }

    /** As large as is allowed, or a byte more or less. */
    byte[] largest() {
        Bytes body = new Bytes().text("f/large");
        if (v5) {
            body.u8(0);
        }
        int room = MOST_BYTES - 3 - body.array().length + random.nextInt(3) - 1;
        return packet(0x30, body.raw(new byte[room]));
    }

    /** The same with a few bytes changed, taken out or put in. */
    byte[] damaged(byte[] packet) {
        byte[] bytes = packet.clone();
        for (int i = random.nextInt(3); i >= 0 && bytes.length > 0; i--) {
            int at = random.nextInt(one(2) ? Math.min(8, bytes.length) : bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) EDGES[random.nextInt(EDGES.length)];
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                default -> {
                    byte[] more = Arrays.copyOf(bytes, bytes.length + 1);
                    System.arraycopy(bytes, at, more, at + 1, bytes.length - at);
                    bytes = more;
                }
            }
        }
        return bytes;
    }

    private static byte[] packet(int header, Bytes body) {
        byte[] bytes = body.array();
        return new Bytes().u8(header).varint(bytes.length).raw(bytes).array();
    }

    /** Few, so that they are used twice. */
    private int id() {
        return one(60) ? 0 : one(30) ? 65_535 : 1 + random.nextInt(6);
    }

    private long number() {
        return NUMBERS[random.nextInt(NUMBERS.length)];
    }

    private String topic() {
        return TOPICS[random.nextInt(one(4) ? TOPICS.length : 5)];
    }

    private String filter() {
        return FILTERS[random.nextInt(one(4) ? FILTERS.length : 6)];
    }

    private byte[] payload() {
        int length = one(20) ? random.nextInt(1500) : random.nextInt(30);
        return "x".repeat(length).getBytes(StandardCharsets.US_ASCII);
    }

    private boolean one(int of) {
        return random.nextInt(of) == 0;
    }
}
