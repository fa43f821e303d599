package io.robustmq.crash;

import io.robustmq.crash.Fact.Sending;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What publishers did: every message, when it was sent, and when it was acknowledged. */
final class Sent {
    static final int NEVER = Integer.MAX_VALUE;

    private final Map<MessageId, Message> messages = new LinkedHashMap<>();

    Sent(List<History.Entry> history) {
        for (int i = 0; i < history.size(); i++) {
            switch (history.get(i).fact()) {
                case Fact.Sent(MessageId id, Sending how, boolean again) -> {
                    Message message = messages.get(id);
                    if (message == null) {
                        message = new Message(id, how, i, history.get(i).nanos());
                        messages.put(id, message);
                    }
                    message.times++;
                }
                case Fact.Acknowledged(MessageId id) -> {
                    Message message = messages.get(id);
                    if (message != null) {
                        message.acknowledged = i;
                        if (message.how.qos() < 2) {
                            message.over = i;
                        }
                    }
                }
                case Fact.Completed(MessageId id) -> {
                    Message message = messages.get(id);
                    if (message != null) {
                        message.over = i;
                    }
                }
                default -> {} // others tell nothing of publishers
            }
        }
    }

    /** Indexes are those of the history. */
    static final class Message {
        final MessageId id;
        final Sending how;
        final int sent;
        final long sentNanos;
        private int times;
        private int acknowledged = NEVER;
        private int over = NEVER;

        private Message(MessageId id, Sending how, int sent, long sentNanos) {
            this.id = id;
            this.how = how;
            this.sent = sent;
            this.sentNanos = sentNanos;
        }

        /** When it was acknowledged, {@link #NEVER} if it was not. */
        int acknowledged() {
            return acknowledged;
        }

        /**
         * PUBACK or PUBCOMP, after which it is given to nobody new; {@link #NEVER} if none came.
         */
        int over() {
            return over;
        }

        /** How often its publisher sent it: a broker cannot know a second time of QoS 1 for one. */
        int copies() {
            return how.qos() == 1 ? times : 1;
        }

        boolean isStored() {
            return switch (how.kind()) {
                case RETAINED, CLEARING -> true;
                case PLAIN, DELAYED, WILL -> false;
            };
        }

        @Override
        public String toString() {
            return id + " " + how;
        }
    }

    @Nullable Message find(MessageId id) {
        return messages.get(id);
    }

    Collection<Message> all() {
        return messages.values();
    }
}
