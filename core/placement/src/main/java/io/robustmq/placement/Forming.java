package io.robustmq.placement;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PlacementEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A member that belongs to no group yet: it asks those that it was told of. If all of them are as
 * new and were told of the same, they form a group; if there is one, it waits to be let in.
 */
final class Forming {
    /** What came of it. */
    sealed interface Outcome {
        /** It takes part from now on. */
        record Founded(List<Member> founders) implements Outcome {}

        record Refused(String why) implements Outcome {}
    }

    private final PlacementSettings settings;
    private final Member self;
    private final Events events;
    private final Map<String, Member> heard = new TreeMap<>();

    /** Whom the group told of. */
    private final Set<String> addresses = new TreeSet<>();

    private String told = "";

    /** Who was told of other initial members. */
    private final Map<String, String> others = new TreeMap<>();

    private boolean isGroupThere;

    Forming(PlacementSettings settings, Member self, Events events) {
        this.settings = settings;
        this.self = self;
        this.events = events;
        heard.put(self.name(), self);
        settings.initial().stream()
                .filter(each -> !each.name().equals(self.name()))
                .forEach(each -> addresses.add(each.address()));
    }

    /** Whom to ask. */
    Collection<String> addresses() {
        return List.copyOf(addresses);
    }

    void tick() {
        Set<String> missing = new TreeSet<>();
        settings.initial().forEach(each -> missing.add(each.name()));
        missing.removeAll(heard.keySet());
        if (!isGroupThere) {
            tell(
                    (missing.isEmpty() ? "an answer" : String.join(",", missing))
                            + (others.isEmpty() ? "" : "; others were told of " + others));
        }
    }

    private void tell(String waitsFor) {
        if (!waitsFor.equals(told)) {
            told = waitsFor;
            events.emit(new PlacementEvent.GroupAwaited(waitsFor));
        }
    }

    /** Null if it goes on. */
    @Nullable Outcome hear(Message.Hello hello) {
        if (hello.founders().isEmpty()) {
            if (hello.initial().equals(settings.initialNames())) {
                heard.put(hello.sender().name(), hello.sender());
            } else {
                heard.remove(hello.sender().name());
                others.put(hello.sender().name(), String.join(",", hello.initial()));
            }
            return founded();
        }
        if (hello.group().contains(self.id())) {
            return new Outcome.Founded(hello.founders());
        }
        for (Member member : hello.members()) {
            if (member.name().equals(self.name())
                    && !member.id().equals(self.id())
                    && hello.group().contains(member.id())) {
                return new Outcome.Refused(
                        "the placement group knows "
                                + self.name()
                                + " as member "
                                + member.id()
                                + ", and this one is "
                                + self.id()
                                + "; if its data is lost, have it replaced there");
            }
            if (!member.address().isEmpty()) {
                addresses.add(member.address());
            }
        }
        isGroupThere = true;
        tell("to be let into the group");
        return null;
    }

    private @Nullable Outcome founded() {
        List<Member> founders = new ArrayList<>();
        for (PlacementSettings.Contact each : settings.initial()) {
            Member member = heard.get(each.name());
            if (member == null) {
                return null;
            }
            founders.add(member);
        }
        if (new HashSet<>(founders.stream().map(Member::id).toList()).size() < founders.size()) {
            return new Outcome.Refused("two initial members have the same id");
        }
        founders.sort(Comparator.comparing(Member::id, Members.ORDER));
        return new Outcome.Founded(founders);
    }
}
