package io.robustmq.collectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A StatefulSet or DaemonSet that the chart makes, with its one container.
 *
 * @param object as Kubernetes reads it
 */
record Workload(JsonNode object) {

    static List<Workload> of(List<JsonNode> objects) {
        return Stream.concat(kind(objects, "StatefulSet"), kind(objects, "DaemonSet"))
                .map(Workload::new)
                .toList();
    }

    /** Of all objects those of a kind. */
    static Stream<JsonNode> kind(List<JsonNode> objects, String kind) {
        return objects.stream().filter(object -> object.path("kind").asText().equals(kind));
    }

    /** The one of a kind and name. */
    static JsonNode named(List<JsonNode> objects, String kind, String name) {
        return kind(objects, kind)
                .filter(object -> name(object).equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
    }

    static String name(JsonNode object) {
        return object.path("metadata").path("name").asText();
    }

    /**
     * Whether a selector's {@code matchLabels}, or a Service's whole selector, takes these pods.
     */
    boolean isSelectedBy(JsonNode labels) {
        Map<String, String> own = labels();
        return !labels.isEmpty()
                && labels.properties().stream()
                        .allMatch(
                                label -> label.getValue().asText().equals(own.get(label.getKey())));
    }

    String name() {
        return name(object);
    }

    String component() {
        return labels().getOrDefault("app.kubernetes.io/component", "");
    }

    int replicas() {
        return object.path("spec").path("replicas").asInt();
    }

    JsonNode pod() {
        return object.path("spec").path("template").path("spec");
    }

    JsonNode container() {
        if (pod().path("containers").size() != 1) {
            throw new AssertionError(name() + " has not one container");
        }
        return pod().path("containers").get(0);
    }

    /** The number of a port of the container by its name, which a probe says. */
    int port(String name) {
        for (JsonNode port : container().path("ports")) {
            if (port.path("name").asText().equals(name)) {
                return port.path("containerPort").asInt();
            }
        }
        throw new AssertionError(name() + " has no port " + name);
    }

    /** Where a volume is mounted, by the volume's name. */
    Map<String, String> mounts() {
        Map<String, String> mounts = new TreeMap<>();
        for (JsonNode mount : container().path("volumeMounts")) {
            mounts.put(mount.path("name").asText(), mount.path("mountPath").asText());
        }
        return mounts;
    }

    /** The container's environment in one of its pods. */
    Map<String, String> environment(String pod, String machine) {
        Map<String, String> environment = new TreeMap<>();
        for (JsonNode variable : container().path("env")) {
            String value =
                    switch (variable.at("/valueFrom/fieldRef/fieldPath").asText()) {
                        case "metadata.name" -> pod;
                        case "spec.nodeName" -> machine;
                        case "" -> variable.path("value").asText();
                        case String other -> throw new AssertionError(other);
                    };
            for (Map.Entry<String, String> before : environment.entrySet()) {
                value = value.replace("$(" + before.getKey() + ")", before.getValue());
            }
            environment.put(variable.path("name").asText(), value);
        }
        return environment;
    }

    private Map<String, String> labels() {
        Map<String, String> labels = new TreeMap<>();
        object.at("/spec/template/metadata/labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return labels;
    }
}
