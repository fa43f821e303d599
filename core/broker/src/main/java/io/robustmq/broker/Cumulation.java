package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.robustmq.protocol.PacketDecoder;
import io.robustmq.protocol.PacketHandler;
import io.robustmq.protocol.Violation;
import org.jspecify.annotations.Nullable;

/**
 * Feeds reads to the decoder and keeps what it leaves: a packet that has not come whole, or
 * everything while the handler wants no more. Bound: the decoder's packet limit, and one read.
 *
 * <p>Whole packets are decoded where they were read. Only a packet that two reads share is put
 * together in a buffer of its own, which grows with what came, not with what the packet claims.
 */
final class Cumulation {
    private static final int SPARE = 128;

    private final PacketDecoder decoder;
    private final PacketHandler handler;
    private @Nullable ByteBuf kept;
    private boolean decoding;
    private boolean closed;

    Cumulation(PacketDecoder decoder, PacketHandler handler) {
        this.decoder = decoder;
        this.handler = handler;
    }

    /** Takes over {@code in}. Null is fine, else the connection must end. */
    @Nullable Violation read(ByteBuf in, ByteBufAllocator allocator) {
        decoding = true;
        try {
            Violation violation = completeKept(in);
            // TLS and WebSocket may have several reads out of one, and the handler enough after
            // one;
            // and a read may come that nobody asked for: what a client sent before it hung up
            if (violation == null && kept == null && in.isReadable() && handler.wantsMore()) {
                violation = decoder.decode(in, handler);
            }
            if (violation == null && in.isReadable() && !closed) {
                keep(in, allocator);
            }
            return violation;
        } finally {
            in.release();
            decoded();
        }
    }

    /** Decodes what was kept while the handler wanted no more. */
    @Nullable Violation resume() {
        ByteBuf buf = kept;
        if (buf == null || decoding || !handler.wantsMore()) {
            return null; // or: whoever is decoding goes on by itself
        }
        decoding = true;
        try {
            return decoder.decode(buf, handler);
        } finally {
            decoded();
        }
    }

    /** Whether something was read that is not decoded. */
    boolean hasMore() {
        return kept != null;
    }

    /** What was read and is not decoded, for the caller to release; nothing is read any more. */
    @Nullable ByteBuf taken() {
        ByteBuf buf = kept;
        kept = null;
        closed = true;
        return buf;
    }

    private void decoded() {
        decoding = false;
        releaseIfEmpty();
        if (closed) {
            close();
        }
    }

    /** A handler may call it: what is being decoded is released after that. */
    void close() {
        closed = true;
        ByteBuf buf = kept;
        if (buf != null && !decoding) {
            buf.release();
            kept = null;
        }
    }

    /** Adds to the packet that came in part just what it lacks, and decodes it. */
    private @Nullable Violation completeKept(ByteBuf in) {
        ByteBuf buf = kept;
        while (buf != null && in.isReadable() && handler.wantsMore()) {
            int whole = decoder.pendingPacketBytes();
            // as long as the fixed header is not whole, a byte at a time: it has at most five
            int lacking = Math.max(1, whole - buf.readableBytes());
            buf.writeBytes(in, Math.min(lacking, in.readableBytes()));
            Violation violation = decoder.decode(buf, handler);
            if (violation != null) {
                return violation;
            }
            releaseIfEmpty();
            buf = kept;
        }
        return null;
    }

    private void keep(ByteBuf in, ByteBufAllocator allocator) {
        ByteBuf buf = kept;
        if (buf == null) {
            buf = allocator.buffer(in.readableBytes() + SPARE);
            kept = buf;
        }
        buf.writeBytes(in);
    }

    private void releaseIfEmpty() {
        ByteBuf buf = kept;
        if (buf != null && !buf.isReadable()) {
            buf.release();
            kept = null;
        }
    }
}
