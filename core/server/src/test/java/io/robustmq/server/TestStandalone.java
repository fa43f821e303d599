package io.robustmq.server;

import io.robustmq.telemetry.pipeline.NodeIdentity;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A whole node in this process, on free ports of loopback. */
final class TestStandalone {
    private TestStandalone() {}

    /** Not open; MQTT over TCP only. */
    static Standalone in(Path data, String... settings) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "mqtt.listen=127.0.0.1:0",
                                "mqtt.tls.listen=",
                                "mqtt.ws.listen=",
                                "mqtt.wss.listen=",
                                "mqtt.quic.listen=",
                                "http.listen=127.0.0.1:0",
                                "sinks.console.enabled=false",
                                "data.directory=" + data));
        all.addAll(List.of(settings));
        return switch (ConfigReader.read(StandaloneKeys.ROLE, null, Map.of(), all)) {
            case ConfigOutcome.Loaded<StandaloneConfig> loaded ->
                    new Standalone(
                            loaded,
                            new NodeIdentity("node-1", "test", "0.0.0"),
                            InstantSource.system());
            case ConfigOutcome.Wrong<StandaloneConfig> wrong -> throw new AssertionError(wrong);
        };
    }

    /** Of an open one. */
    static int mqttPort(Standalone node) {
        return Integer.parseInt(announced(node, "mqtt://127\\.0\\.0\\.1:(\\d+)"));
    }

    /** Of an open one. */
    static String url(RoleProcess node) {
        return announced(node, "(http://[0-9.:]+)");
    }

    private static String announced(RoleProcess node, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(node.announcement());
        if (!found.find()) {
            throw new AssertionError("no " + pattern + " in " + node.announcement());
        }
        return found.group(1);
    }
}
