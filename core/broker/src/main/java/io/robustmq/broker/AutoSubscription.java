package io.robustmq.broker;

import io.robustmq.protocol.Subscribe;
import io.robustmq.protocol.Topics;

/**
 * A subscription that each client gets when it connects, as in {@code clients/%c/in qos=1
 * no-local}.
 *
 * @param filter with {@code %c}, {@code %u} and {@code %a}
 * @param retainHandling 0 send retained, 1 only if the subscription is new, 2 do not
 */
public record AutoSubscription(
        String filter, int qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {

    /**
     * @throws IllegalArgumentException what is wrong, for people
     */
    public static AutoSubscription parse(String text) {
        String[] parts = text.strip().split("\\s+");
        if (!Topics.isValidFilter(parts[0])) {
            throw new IllegalArgumentException(parts[0] + " is no topic filter");
        }
        int qos = 0;
        boolean noLocal = false;
        boolean retainAsPublished = false;
        int retainHandling = 0;
        for (int i = 1; i < parts.length; i++) {
            switch (parts[i]) {
                case "qos=0", "qos=1", "qos=2" -> qos = parts[i].charAt(4) - '0';
                case "no-local" -> noLocal = true;
                case "retain-as-published" -> retainAsPublished = true;
                case "retain-handling=0", "retain-handling=1", "retain-handling=2" ->
                        retainHandling = parts[i].charAt(16) - '0';
                default ->
                        throw new IllegalArgumentException(
                                parts[i]
                                        + " is not qos=, no-local, retain-as-published or retain-handling=");
            }
        }
        return new AutoSubscription(parts[0], qos, noLocal, retainAsPublished, retainHandling);
    }

    /** For one client, whose names were filled in. */
    Subscribe.Filter with(String filled) {
        return new Subscribe.Filter(filled, qos, noLocal, retainAsPublished, retainHandling);
    }
}
