package io.robustmq.broker;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.AfterAll;

/**
 * Whatever several clients send to a broker. {@code bin/fuzz} looks for new inputs; the ones it
 * found interesting are kept among the test's resources, and tried by every build. {@link
 * ClientScript} says what an input means.
 */
class HandlerFuzzTest {
    /** Then a new one: some of what clients do is kept for longer than a script. */
    private static final int SCRIPTS_PER_BROKER = 2_000;

    private static int scripts;
    private static @org.jspecify.annotations.Nullable FuzzedBroker broker;

    @FuzzTest
    void nothing_that_clients_send_breaks_the_broker_or_stays_in_it(byte[] input) throws Exception {
        try {
            broker().play(ClientScript.of(input));
        } catch (Throwable t) {
            closeBroker();
            throw t;
        }
    }

    private static FuzzedBroker broker() throws Exception {
        if (scripts++ % SCRIPTS_PER_BROKER == 0) {
            closeBroker();
        }
        FuzzedBroker current = broker;
        if (current == null) {
            current = new FuzzedBroker();
            current.open();
            broker = current;
        }
        return current;
    }

    @AfterAll
    static void closeBroker() {
        FuzzedBroker current = broker;
        broker = null;
        if (current != null) {
            current.close();
        }
    }
}
