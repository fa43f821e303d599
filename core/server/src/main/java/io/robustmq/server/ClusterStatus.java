package io.robustmq.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.PlacementView;
import io.robustmq.placement.Registration;
import io.robustmq.placement.Role;
import io.robustmq.server.wire.PlacementMember;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code robustmq cluster status}: who there is, and what is not as it should be. */
final class ClusterStatus {
    private static final JsonFactory JSON = new JsonFactory();

    private final ClusterConnection cluster;
    private final PrintStream out;

    ClusterStatus(ClusterConnection cluster, PrintStream out) {
        this.cluster = cluster;
        this.out = out;
    }

    /**
     * @param server null if nobody serves it
     */
    private record HomeLine(String name, @Nullable String server, String address) {}

    /**
     * @param segments -1 if its id is not known, as it is not registered
     */
    private record Draining(String node, int segments) {}

    private record Facts(
            PlacementView view,
            ClusterGroup group,
            List<HomeLine> homes,
            List<Draining> draining,
            ClusterSegments segments) {
        List<String> problems() {
            List<String> problems = new ArrayList<>();
            if (group.leader() == null) {
                problems.add("the placement group has no leader: nothing can be changed");
            }
            for (PlacementMember each : group.members()) {
                if (!group.answers(each.getName())) {
                    problems.add("placement center " + each.getName() + " does not answer");
                }
            }
            for (HomeLine each : homes) {
                if (each.server == null) {
                    problems.add("home " + each.name + " is not served");
                }
            }
            segments.lacking()
                    .forEach((shard, lacking) ->
                            problems.add(
                                    "shard "
                                            + shard
                                            + ": "
                                            + lacking
                                            + " of "
                                            + ClusterCommand.count(
                                                    segments.total().getOrDefault(shard, lacking),
                                                    "segment")
                                            + " with a replica on a journal server that is not there"));
            if (segments.unreadable() > 0) {
                problems.add(
                        ClusterCommand.count(segments.unreadable(), "segment document")
                                + " cannot be read");
            }
            return problems;
        }
    }

    /** FOUND if something is not as it should be. */
    ExitCode show(boolean json) throws IOException {
        PlacementView view = cluster.view();
        Facts facts =
                new Facts(
                        view,
                        ClusterGroup.of(cluster),
                        homes(view),
                        draining(view),
                        ClusterSegments.of(view));
        if (json) {
            out.println(json(facts));
        } else {
            text(facts);
        }
        return facts.problems().isEmpty() ? ExitCode.OK : ExitCode.FOUND;
    }

    private static List<HomeLine> homes(PlacementView view) {
        return Homes.names(view).stream()
                .map(name -> {
                    Registration registered = view.registration(name);
                    String address = Homes.address(registered);
                    return registered == null || address == null
                            ? new HomeLine(name, null, "")
                            : new HomeLine(
                                    name,
                                    registered.node().extendInfo().getOrDefault(Homes.SERVER, name),
                                    address);
                })
                .toList();
    }

    private static List<Draining> draining(PlacementView view) {
        ClusterSegments segments = ClusterSegments.of(view);
        List<Draining> draining = new ArrayList<>();
        for (Document each : view.documents(DocumentKind.CONFIG, JournalNodes.DRAIN)) {
            String node = each.name().substring(JournalNodes.DRAIN.length());
            Registration registered = view.registration(node);
            String id = registered == null ? "" : ClusterSegments.journalId(registered);
            draining.add(new Draining(node, id.isEmpty() ? -1 : segments.of(id)));
        }
        return draining;
    }

    private void text(Facts facts) {
        ClusterGroup group = facts.group;
        out.println("placement group: " + ClusterGroup.size(group.members().size()));
        for (PlacementMember each : group.members()) {
            line(each.getName(), each.getAddress(), group.state(each));
        }
        for (PlacementMember each : group.asking()) {
            line(each.getName(), each.getAddress(), "asks to be let in");
        }
        for (Role role : Role.values()) {
            List<Registration> nodes = of(facts.view, role);
            if (!nodes.isEmpty()) {
                out.println(role.command() + ": " + nodes.size());
                nodes.forEach(each ->
                        line(each.node().nodeId(), "epoch " + each.epoch(), addresses(each)));
            }
        }
        if (!facts.homes.isEmpty()) {
            out.println("homes: " + facts.homes.size());
            for (HomeLine each : facts.homes) {
                line(
                        each.name,
                        each.server == null ? "NOT SERVED" : "served by " + each.server,
                        each.address);
            }
        }
        if (!facts.draining.isEmpty()) {
            out.println("draining: " + facts.draining.size());
            for (Draining each : facts.draining) {
                line(
                        each.node,
                        each.segments < 0
                                ? "not registered"
                                : ClusterCommand.count(each.segments, "segment") + " left",
                        "");
            }
        }
        List<String> problems = facts.problems();
        out.println(
                problems.isEmpty()
                        ? "all is as it should be (revision " + facts.view.revision() + ")"
                        : "not as it should be (revision " + facts.view.revision() + "):");
        problems.forEach(each -> out.println("  " + each));
    }

    private void line(String name, String second, String third) {
        out.println(String.format("  %-20s %-22s %s", name, second, third).stripTrailing());
    }

    private static List<Registration> of(PlacementView view, Role role) {
        return view.registrations().stream()
                .filter(each -> each.node().roles().contains(role))
                .toList();
    }

    private static String addresses(Registration registered) {
        return new TreeMap<>(registered.node().extendInfo())
                .entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue())
                        .collect(Collectors.joining(" "));
    }

    private static String json(Facts facts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField("revision", facts.view.revision());
            group(json, facts.group);
            nodes(json, facts.view);
            json.writeArrayFieldStart("homes");
            for (HomeLine each : facts.homes) {
                json.writeStartObject();
                json.writeStringField("home", each.name);
                json.writeStringField("server", each.server);
                json.writeStringField("address", each.address);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("draining");
            for (Draining each : facts.draining) {
                json.writeStartObject();
                json.writeStringField("node", each.node);
                json.writeNumberField("segments", each.segments);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeObjectFieldStart("under_replicated");
            for (Map.Entry<String, Integer> each : facts.segments.lacking().entrySet()) {
                json.writeNumberField(each.getKey(), each.getValue());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("problems");
            for (String each : facts.problems()) {
                json.writeString(each);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static void group(JsonGenerator json, ClusterGroup group) throws IOException {
        PlacementMember leader = group.leader();
        json.writeStringField("leader", leader == null ? null : leader.getName());
        json.writeArrayFieldStart("members");
        for (PlacementMember each : group.members()) {
            json.writeStartObject();
            json.writeStringField("name", each.getName());
            json.writeStringField("address", each.getAddress());
            json.writeBooleanField("answers", group.answers(each.getName()));
            json.writeBooleanField("reachable", group.reachable().contains(each.getName()));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("asking");
        for (PlacementMember each : group.asking()) {
            json.writeString(each.getName());
        }
        json.writeEndArray();
    }

    private static void nodes(JsonGenerator json, PlacementView view) throws IOException {
        json.writeArrayFieldStart("nodes");
        for (Registration each : view.registrations()) {
            json.writeStartObject();
            json.writeStringField("node", each.node().nodeId());
            json.writeArrayFieldStart("roles");
            for (Role role : each.node().roles()) {
                json.writeString(role.command());
            }
            json.writeEndArray();
            json.writeNumberField("epoch", each.epoch());
            json.writeObjectFieldStart("addresses");
            for (Map.Entry<String, String> entry : each.node().extendInfo().entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
