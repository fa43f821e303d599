package io.robustmq.placement;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a member sends, and where the others are, as far as it has heard. On the member's loop. */
final class Mail {
    private final PlacementNetwork network;
    private final Events events;
    private final List<String> initial;
    private final Map<MemberId, Member> book = new HashMap<>();

    // set before anything is sent
    private Member self;
    private List<Member> founders = List.of();
    private MemberId group = RaftMessages.ANYONE;

    Mail(PlacementNetwork network, Events events, Member self, List<String> initial) {
        this.network = network;
        this.initial = initial;
        this.events = events;
        this.self = self;
    }

    void from(Member sender) {
        self = sender;
    }

    void group(RaftLog log) {
        founders = log.founders();
        group = founders.isEmpty() ? RaftMessages.ANYONE : log.group();
        founders.forEach(this::learn);
    }

    /** Of this member's group, or of none because one of them has none. */
    boolean isOfGroup(MemberId other) {
        return other.equals(group);
    }

    @Nullable Member known(@Nullable MemberId id) {
        return book.get(id);
    }

    /** For people. */
    String name(MemberId id) {
        Member member = book.get(id);
        return member == null ? id.toString() : member.name();
    }

    void learn(Member member) {
        Member before = book.get(member.id());
        if (!member.equals(before) && (before == null || !member.address().isEmpty())) {
            book.put(member.id(), member);
            network.members(List.copyOf(book.values()));
        }
    }

    /** Learns what it says, and answers if it asks. */
    void hear(Message.Hello hello, List<MemberId> takingPart) {
        boolean isOurs =
                founders.isEmpty()
                        || hello.founders().isEmpty()
                        || RaftLog.groupOf(hello.founders()).equals(group);
        if (isOurs) {
            learn(hello.sender());
            hello.members().stream()
                    .filter(each -> !book.containsKey(each.id()))
                    .forEach(this::learn);
        }
        if (hello.isAsking()) {
            greet(hello.sender().address(), hello(false, takingPart), hello.sender().id());
        }
    }

    /** Asks whoever is there. */
    void greetAll(Collection<String> addresses) {
        addresses.forEach(each -> greet(each, hello(true, List.of()), RaftMessages.ANYONE));
    }

    /** Asks all that it knows. */
    void askAll(List<MemberId> takingPart) {
        List.copyOf(book.keySet()).forEach(each -> send(hello(true, takingPart), each));
    }

    private Message.Hello hello(boolean isAsking, List<MemberId> takingPart) {
        List<Member> known = book.values().stream().limit(Message.Hello.MAX_MEMBERS).toList();
        return new Message.Hello(self, isAsking, initial, founders, known, takingPart);
    }

    private void greet(String address, Message.Hello hello, MemberId to) {
        byte[] bytes = encoded(hello, to);
        if (bytes != null) {
            network.greet(address, bytes);
        }
    }

    void send(Object message, MemberId to) {
        byte[] bytes = to.equals(self.id()) ? null : encoded(message, to);
        if (bytes != null) {
            network.send(to, bytes);
        }
    }

    private byte @Nullable [] encoded(Object message, MemberId to) {
        try {
            return RaftMessages.encoded(new RaftMessages.Envelope(group, self.id(), to, message));
        } catch (IOException tooLarge) {
            events.emit(new PlacementEvent.MessageMalformed(Failure.of(tooLarge)));
            return null;
        }
    }
}
