package io.robustmq.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.robustmq.server.DataWire.Code;
import io.robustmq.server.DataWire.Operation;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.telemetry.event.JournalEvent.ClientEnding;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the data protocol ({@link DataWire}): its life, and what comes in. On its event
 * loop, but for {@link #execute}. What is asked for is {@link DataRequests}' job, what goes out
 * {@link DataAnswers}'.
 *
 * <p>It is not read while {@code tcp.max-in-flight} requests are not answered, where an answer
 * counts until the socket took it, and while a shard is being created, so that what follows finds
 * it.
 */
final class DataConnection extends ByteToMessageDecoder {
    private static final long LINGER_SECONDS = 2;

    private final DataServer server;
    private final Channel channel;
    private final long id;
    private final String remoteAddr;
    private final DataAnswers answers;
    private final DataRequests requests;

    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> helloLimit;

    /** What the decoder has to wait for. */
    private boolean greeted;

    private boolean paused;
    private int inFlight;
    private boolean held;
    private boolean resuming;

    private boolean stopping;
    private boolean closing;
    private long taken;
    private ClientEnding ending = ClientEnding.CLIENT_CLOSED;
    private Failure failure = new Failure("", "");

    DataConnection(DataServer server, Channel channel, long id) {
        this.server = server;
        this.channel = channel;
        this.id = id;
        this.remoteAddr = DataServer.addressOf(channel.remoteAddress());
        this.answers = new DataAnswers(server, channel, this);
        this.requests = new DataRequests(server, this, answers);
    }

    // Its life

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        long millis = server.settings().helloWithin().toMillis();
        helloLimit =
                channel.eventLoop()
                        .schedule(
                                () -> refuse(Code.MALFORMED, "no hello within " + millis + " ms"),
                                millis,
                                TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        closing = true; // what is left in the buffer is not decoded
        super.channelInactive(ctx);
        heard();
        requests.close();
        hold(false);
        if (greeted) {
            server.events()
                    .emit(new JournalEvent.ClientClosed(id, remoteAddr, ending, taken, failure));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(cause);
    }

    /** What was to be sent cannot be. */
    void failed(Throwable why) {
        if (!closing) {
            failure = Failure.of(why);
            finish(ClientEnding.IO_ERROR);
        }
    }

    private void heard() {
        Future<?> limit = helloLimit;
        if (limit != null) {
            limit.cancel(false);
            helloLimit = null;
        }
    }

    /** Ends it after what was written. */
    private void finish(ClientEnding how) {
        if (!closing) {
            closing = true;
            ending = how;
            boolean lingers = how == ClientEnding.REFUSED && server.mayLinger();
            channel.config().setAutoRead(lingers);
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> hangUp(lingers));
        }
    }

    /**
     * Closing a socket with bytes that nobody read resets the connection, and the client might
     * never see why it was refused: so they are read, for a while.
     */
    private void hangUp(boolean lingers) {
        if (lingers && channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
            channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
        } else {
            channel.close();
        }
    }

    /** The server stops: nothing more is taken, and it ends when all is answered. */
    void stop() {
        stopping = true;
        hold(true);
        requests.endTails(Code.CLOSED, "the journal server stops");
        endIfIdle();
    }

    long id() {
        return id;
    }

    String remoteAddr() {
        return remoteAddr;
    }

    /** Any thread but the event loop's. */
    void awaitClosed(long nanos) throws InterruptedException {
        channel.closeFuture().await(nanos, TimeUnit.NANOSECONDS);
    }

    private void endIfIdle() {
        if (stopping && inFlight == 0) {
            finish(ClientEnding.SERVER_SHUTDOWN);
        }
    }

    // What comes in

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (closing) {
            in.skipBytes(in.readableBytes());
        } else if (!greeted) {
            hello(in);
        } else if (mustWait()) {
            hold(true);
        } else if (in.readableBytes() >= DataWire.LENGTH_BYTES + DataWire.REQUEST_BYTES) {
            frame(in);
        }
    }

    /** Not the decoder's own, which would go on reading a connection that is held. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        discardSomeReadBytes();
        ctx.fireChannelReadComplete();
    }

    private void hello(ByteBuf in) {
        if (in.readableBytes() < DataWire.HELLO_BYTES) {
            return;
        }
        heard();
        int magic = in.readInt();
        int version = in.readUnsignedShort();
        in.readShort();
        if (magic != DataWire.MAGIC) {
            refuse(Code.MALFORMED, "a hello begins with RMQJ, was 0x" + Integer.toHexString(magic));
        } else if (version != DataWire.VERSION) {
            refuse(
                    Code.UNSUPPORTED_VERSION,
                    "version " + DataWire.VERSION + " is spoken, asked for was " + version);
        } else {
            greeted = true;
            answers.hello(Code.OK);
            server.events().emit(new JournalEvent.ClientConnected(id, remoteAddr, version));
        }
    }

    /** Instead of serving it. */
    void refuse(Code code, String detail) {
        if (closing) {
            return;
        }
        heard();
        server.counters().refusal(code);
        server.events().emit(new JournalEvent.ClientRefused(id, remoteAddr, code.label(), detail));
        answers.hello(code);
        finish(ClientEnding.REFUSED);
    }

    private void frame(ByteBuf in) {
        int start = in.readerIndex();
        int length = in.getInt(start);
        Operation operation = Operation.of(in.getUnsignedByte(start + DataWire.LENGTH_BYTES));
        int request = in.getInt(start + DataWire.LENGTH_BYTES + 1);
        int most = server.maxBytes(operation);
        if (length < DataWire.REQUEST_BYTES) {
            take(operation, 0);
            broken(operation, request, Code.MALFORMED, "a length is at least 5, was " + length);
        } else if (length > most) {
            take(operation, 0);
            broken(
                    operation,
                    request,
                    Code.FRAME_TOO_LARGE,
                    "tcp.max-frame-size is " + most + " bytes, the length was " + length);
        } else if (in.readableBytes() >= DataWire.LENGTH_BYTES + length) {
            in.skipBytes(DataWire.LENGTH_BYTES + DataWire.REQUEST_BYTES);
            ByteBuf body = in.readSlice(length - DataWire.REQUEST_BYTES);
            take(operation, DataWire.LENGTH_BYTES + length);
            requests.serve(operation, request, body);
        }
    }

    /** Each request that is taken ends with one {@code answer} or {@link #done}. */
    private void take(Operation operation, int bytes) {
        taken++;
        inFlight++;
        server.counters().requestsInFlight.incrementAndGet();
        server.counters().request(operation);
        server.counters().receivedBytes.add(bytes);
    }

    /** Bad news, after which the client cannot be understood any more. */
    void broken(Operation operation, int request, Code code, String detail) {
        answers.refuse(operation, request, "", new DataRead.Unreadable(code, detail, -1), true);
        finish(ClientEnding.REFUSED);
    }

    // Waiting

    private boolean mustWait() {
        return stopping || paused || inFlight >= server.settings().maxInFlight();
    }

    /** Nothing more is taken until {@link #goOn}. */
    void pause() {
        paused = true;
    }

    void goOn() {
        paused = false;
        resumeSoon();
    }

    /** A request has its answer, or needs none. */
    void done() {
        inFlight--;
        server.counters().requestsInFlight.decrementAndGet();
        if (held && inFlight <= server.settings().maxInFlight() / 2) {
            resumeSoon();
        }
        endIfIdle();
    }

    /** The same, from any thread. */
    void doneSoon() {
        execute(this::done);
    }

    private void hold(boolean hold) {
        if (held != hold) {
            held = hold;
            channel.config().setAutoRead(!hold);
            server.counters().held.addAndGet(hold ? 1 : -1);
        }
    }

    /** Later, since this may be called from within the decoder. */
    private void resumeSoon() {
        if (!resuming) {
            resuming = true;
            execute(this::resume);
        }
    }

    private void resume() {
        resuming = false;
        ChannelHandlerContext ctx = context;
        if (closing || mustWait() || ctx == null) {
            return;
        }
        hold(false);
        try {
            channelRead(ctx, Unpooled.EMPTY_BUFFER); // what is in the buffer already
        } catch (Exception broken) {
            exceptionCaught(ctx, broken);
        }
    }

    /** On the event loop, from any thread; false if that is over. */
    boolean execute(Runnable task) {
        try {
            channel.eventLoop().execute(task);
            return true;
        } catch (RejectedExecutionException over) {
            return false;
        }
    }
}
