package io.robustmq.crash;

import java.util.concurrent.TimeUnit;

/** How far the load is: first everything at random, then calm, then the end. */
final class Storm {
    private volatile boolean isOver;
    private volatile boolean isEnd;

    /** The broker stays from now on; what was begun is finished. */
    void calmDown() {
        isOver = true;
    }

    /** Nobody needs a connection any more. */
    void end() {
        isEnd = true;
    }

    boolean isOver() {
        return isOver;
    }

    boolean isEnd() {
        return isEnd;
    }

    /** Connects as often as it takes. */
    void connect(Client client, Out.Hello hello) throws InterruptedException {
        while (!isEnd && !client.isConnected() && !client.connect(hello)) {
            TimeUnit.MILLISECONDS.sleep(30);
        }
    }
}
