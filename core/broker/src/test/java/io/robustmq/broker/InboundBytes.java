package io.robustmq.broker;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What comes by callbacks, for one who reads; fails if nothing comes for 20 s. */
final class InboundBytes extends InputStream {
    private static final byte[] END = {};

    private final LinkedBlockingQueue<byte[]> parts = new LinkedBlockingQueue<>();
    private byte[] part = {0};
    private int at = 1;

    void add(byte[] bytes) {
        if (bytes.length > 0) {
            parts.add(bytes);
        }
    }

    void end() {
        parts.add(END);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (at == part.length && !next()) {
            return -1;
        }
        int size = Math.min(length, part.length - at);
        System.arraycopy(part, at, to, offset, size);
        at += size;
        return size;
    }

    private boolean next() throws IOException {
        try {
            byte[] next = part.length == 0 ? END : parts.poll(20, TimeUnit.SECONDS);
            if (next == null) {
                throw new SocketTimeoutException("nothing came for 20 s");
            }
            part = next;
            at = 0;
            return next.length > 0;
        } catch (InterruptedException e) {
            throw new EOFException("interrupted");
        }
    }
}
