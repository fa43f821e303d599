package io.robustmq.server;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Messages sent to brokers of this very process while the launcher records its AOT cache. The JVM
 * keeps with the cache what it learns of the methods that they run (JEP 515), so that a real start
 * compiles them at once, and the first thousands of messages are not ten times as dear as the
 * others.
 *
 * <p>MQTT 3.1.1, as a client writes it: one publisher, one subscriber that is away while messages
 * come, then fetches them, and stays for more.
 */
final class Rehearsal {
    private static final int WINDOW = 100;
    private static final int PAYLOAD_BYTES = 256;
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);
    private static final String TOPIC = "rehearsal/topic";

    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final int PUBACK = 4;
    private static final int PUBREC = 5;
    private static final int PUBREL = 6;
    private static final int PUBCOMP = 7;
    private static final int SUBACK = 9;

    private final InetSocketAddress broker;
    private final String clientId;
    private final int messages;

    /**
     * @param clientId of the subscriber, which has no session yet
     * @param messages of each kind, a multiple of 100
     */
    Rehearsal(InetSocketAddress broker, String clientId, int messages) {
        this.broker = broker;
        this.clientId = clientId;
        this.messages = messages;
    }

    void run() throws IOException {
        for (int qos = 1; qos <= 2; qos++) {
            try (Client away = new Client(clientId)) {
                away.subscribe();
            }
            try (Client publisher = new Client("")) {
                publisher.publish(qos, messages);
                try (Client back = new Client(clientId)) {
                    back.receive(messages);
                }
            }
        }
        try (Client subscriber = new Client("");
                Client publisher = new Client("")) {
            subscriber.subscribe();
            for (int sent = 0; sent < messages; sent += WINDOW) {
                publisher.publish(1, WINDOW);
                subscriber.receive(WINDOW);
            }
        }
    }

    private final class Client implements AutoCloseable {
        private final Socket socket = new Socket();
        private final DataInputStream in;
        private final OutputStream out;
        private final ByteBuffer batch = ByteBuffer.allocate(64 * 1024);
        private int packetFlags;
        private byte[] packet = {};

        /**
         * @param clientId empty for one that is not remembered
         */
        Client(String clientId) throws IOException {
            socket.connect(broker);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) READ_TIMEOUT.toMillis());
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            out = socket.getOutputStream();
            byte[] id = clientId.getBytes(StandardCharsets.US_ASCII);
            batch.put((byte) 0x10).put((byte) (12 + id.length));
            batch.put(new byte[] {0, 4, 'M', 'Q', 'T', 'T', 4});
            batch.put((byte) (clientId.isEmpty() ? 2 : 0)).putShort((short) 60);
            batch.putShort((short) id.length).put(id);
            flush();
            await(CONNACK);
        }

        void subscribe() throws IOException {
            batch.put((byte) 0x82).put((byte) (5 + TOPIC.length())).putShort((short) 1);
            putTopic();
            batch.put((byte) 2);
            flush();
            await(SUBACK);
        }

        void publish(int qos, int messages) throws IOException {
            int lastAnswer = qos == 1 ? PUBACK : PUBCOMP;
            for (int sent = 0; sent < messages; sent += WINDOW) {
                for (int id = 1; id <= WINDOW; id++) {
                    putPublish(qos, id);
                }
                flush();
                for (int answered = 0; answered < WINDOW; ) {
                    int type = read();
                    if (type == PUBREC) {
                        putAnswer(PUBREL << 4 | 2, id(0));
                        flush();
                    } else if (type == lastAnswer) {
                        answered++;
                    }
                }
            }
        }

        void receive(int messages) throws IOException {
            int received = 0;
            while (received < messages) {
                int type = read();
                if (type == PUBREL) {
                    putAnswer(PUBCOMP << 4, id(0));
                    received++;
                } else if (type == PUBLISH) {
                    int qos = packetFlags >> 1 & 3;
                    putAnswer((qos == 1 ? PUBACK : PUBREC) << 4, id(2 + TOPIC.length()));
                    received += qos == 1 ? 1 : 0;
                }
                if (in.available() == 0 || batch.remaining() < 8) {
                    flush();
                }
            }
            flush();
        }

        private void putPublish(int qos, int packetId) {
            int length = 2 + TOPIC.length() + 2 + PAYLOAD_BYTES;
            batch.put((byte) (PUBLISH << 4 | qos << 1));
            batch.put((byte) (length & 0x7f | 0x80)).put((byte) (length >> 7));
            putTopic();
            batch.putShort((short) packetId);
            batch.position(batch.position() + PAYLOAD_BYTES);
        }

        private void putTopic() {
            batch.putShort((short) TOPIC.length());
            batch.put(TOPIC.getBytes(StandardCharsets.US_ASCII));
        }

        private void putAnswer(int typeAndFlags, int packetId) {
            batch.put((byte) typeAndFlags).put((byte) 2).putShort((short) packetId);
        }

        private int id(int at) {
            return (packet[at] & 0xff) << 8 | packet[at + 1] & 0xff;
        }

        private void flush() throws IOException {
            out.write(batch.array(), 0, batch.position());
            batch.clear();
        }

        private void await(int type) throws IOException {
            int found = read();
            if (found != type) {
                throw new IOException("the broker sent packet type " + found + " for " + type);
            }
        }

        private int read() throws IOException {
            int first = in.readUnsignedByte();
            int length = 0;
            for (int shift = 0, more = 0x80; more != 0; shift += 7) {
                int next = in.readUnsignedByte();
                length |= (next & 0x7f) << shift;
                more = next & 0x80;
            }
            packetFlags = first & 0xf;
            packet = in.readNBytes(length);
            return first >> 4;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
