package io.robustmq.broker;

import io.robustmq.protocol.MqttVersion;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * What several clients do, one after the other, as the bytes of a fuzzer's input say. A byte FF
 * says that the next is an order; all else is sent by the client of the last order.
 *
 * <pre>
 *   FF FF         a byte FF is sent
 *   FF oooooocc   order o modulo 8, client c: see {@link Order}
 * </pre>
 */
record ClientScript(List<Step> steps) {
    static final int CLIENTS = 4;

    enum Order {
        /** Go on as this client; what it sent before was one read. */
        GO_ON,
        /** A new connection, which sends what follows. */
        OPEN,
        /** A new connection, and CONNECT with the version and session that this says. */
        CONNECT_3_1_1,
        RESUME_3_1_1,
        RESUME_5,
        HANG_UP,
        /** The client stops reading, or reads again. */
        DEAF,
        /** All that was sent is in the log, and some time passes. */
        WAIT
    }

    sealed interface Step {
        int client();
    }

    record Send(int client, byte[] bytes) implements Step {}

    record Do(int client, Order order) implements Step {}

    static ClientScript of(byte[] input) {
        List<Step> steps = new ArrayList<>();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int client = 0;
        for (int i = 0; i < input.length; i++) {
            int value = input[i] & 0xFF;
            int order = value == 0xFF && i + 1 < input.length ? input[++i] & 0xFF : 0xFF;
            if (order == 0xFF) {
                bytes.write(value);
                continue;
            }
            if (bytes.size() > 0) {
                steps.add(new Send(client, bytes.toByteArray()));
                bytes.reset();
            }
            client = order % CLIENTS;
            steps.add(new Do(client, Order.values()[order / CLIENTS % Order.values().length]));
        }
        if (bytes.size() > 0) {
            steps.add(new Send(client, bytes.toByteArray()));
        }
        return new ClientScript(steps);
    }

    /** Two clients each go by one name. */
    static byte[] connect(int client, MqttVersion version, boolean cleanStart) {
        Bytes body = new Bytes().text("MQTT").u8(version.level()).u8(cleanStart ? 2 : 0).u16(0);
        if (version == MqttVersion.V5) {
            Bytes properties = new Bytes().u8(0x11).u32(60).u8(0x21).u16(3).u8(0x22).u16(5);
            body.sized(properties);
        }
        byte[] rest = body.text("c" + client / 2).array();
        return new Bytes().u8(0x10).varint(rest.length).raw(rest).array();
    }
}
