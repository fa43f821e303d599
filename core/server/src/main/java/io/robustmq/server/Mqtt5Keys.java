package io.robustmq.server;

import java.util.List;
import java.util.regex.Pattern;

/** What may be configured of that which only MQTT 5 clients notice. */
final class Mqtt5Keys {
    private Mqtt5Keys() {}

    static final ConfigSection SECTION =
            new ConfigSection(
                    "mqtt5",
                    "What only MQTT 5 clients notice",
                    List.of(
                            ConfigKeys.key(
                                    "mqtt5.topic-alias-out",
                                    ConfigKeys.whole(0, 65_535),
                                    "16",
                                    "Topic aliases that one client is sent in place of topic names; at most as many as the client allows. 0 sends none."),
                            ConfigKeys.key(
                                    "mqtt5.check-payload-format",
                                    ConfigKeys.FLAG,
                                    "true",
                                    "Whether a payload whose Payload Format Indicator is 1 must be UTF-8. One that is not is refused with Payload format invalid."),
                            ConfigKeys.key(
                                    "mqtt5.response-prefix",
                                    new ValueKind.Text(
                                            Pattern.compile("[^+#\\x00]{0,1000}"),
                                            "at most 1000 characters without + and #"),
                                    "\"response/\"",
                                    "A client that asks for Response Information is told this and its client identifier, to begin its response topics with. Empty tells it nothing."),
                            ConfigKeys.key(
                                    "mqtt5.scram",
                                    ConfigKeys.FLAG,
                                    "false",
                                    "Whether users of mqtt.password-file may also authenticate by SCRAM-SHA-512, without sending their password. Then whoever can read that file can connect as any of them.")));

    static void check(ConfigValues values) {
        boolean scram = (Boolean) values.of("mqtt5.scram");
        if (scram && values.of("mqtt.password-file").toString().isEmpty()) {
            values.wrong(
                    "mqtt5.scram",
                    "is true and mqtt.password-file is empty, so there are no users");
        }
    }
}
