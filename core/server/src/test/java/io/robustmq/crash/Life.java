package io.robustmq.crash;

/** What one client does from the beginning to the end. */
interface Life {
    void live() throws InterruptedException;
}
