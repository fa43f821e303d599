package io.robustmq.server;

import java.io.IOException;

/** One role, or several, that make up the process. Opened by one thread and closed by another. */
interface RoleProcess extends AutoCloseable {
    /** All or nothing: what was opened is closed again if the rest fails. */
    void open() throws StartFailure;

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
