package io.robustmq.server;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** One role, or several, that make up the process. Opened by one thread and closed by another. */
interface RoleProcess extends AutoCloseable {
    /** All or nothing: what was opened is closed again if the rest fails. */
    void open() throws StartFailure;

    /** Waits until it cannot go on, for a reason that shows itself only later; mostly for ever. */
    default StartFailure awaitFailure() throws InterruptedException {
        while (true) {
            TimeUnit.DAYS.sleep(1);
        }
    }

    /** Whether all its roles take work. Any thread. */
    boolean isReady();

    /** What listens where, for a person; empty if it was closed meanwhile. */
    String announcement();

    /**
     * Once, while the launcher records the JVM's AOT cache: what a process does all day is done for
     * some seconds.
     */
    default void rehearse() throws IOException {}

    /** Waits while it is being opened. */
    @Override
    void close();
}
