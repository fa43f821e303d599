package io.robustmq.server;

import io.robustmq.broker.Access;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What may be configured about who may connect, and what they may do. */
final class AccessKeys {
    private AccessKeys() {}

    /** true and false were all there was, and stand for always and never. */
    private record Anonymous() implements ValueKind {
        private static final ValueKind NAMES = new Choice(AnonymousAuthenticator.Allowed.class);

        @Override
        public String allowed() {
            return NAMES.allowed() + ", true or false";
        }

        @Override
        public @Nullable Object read(Object written) {
            if (written instanceof Boolean always) {
                return always
                        ? AnonymousAuthenticator.Allowed.ALWAYS
                        : AnonymousAuthenticator.Allowed.NEVER;
            }
            return NAMES.read(written);
        }

        @Override
        public @Nullable Object readText(String text) {
            Object flag = new Flag().readText(text);
            return read(flag == null ? text : flag);
        }
    }

    static final List<ConfigKey> IN_MQTT =
            List.of(
                    ConfigKeys.key(
                            "mqtt.allow-anonymous",
                            new Anonymous(),
                            "\"loopback\"",
                            "From where clients may connect without proving who they are: loopback is this machine, the client's own address counts (or a Unix socket). true is always, false is never."),
                    ConfigKeys.key(
                            "mqtt.password-file",
                            new ValueKind.Location(true),
                            "\"\"",
                            "Users and password hashes, as robustmq users and mosquitto_passwd write them ($7$, PBKDF2-SHA512); read again when it changes. Empty for none: then user names are not checked, and clients that have one are anonymous."),
                    ConfigKeys.key(
                            "mqtt.admins",
                            new ValueKind.Names(),
                            "[]",
                            "Users that may subscribe below $SYS/events/, where the node's events are published, when they have proved who they are."));

    static final ConfigSection SECTION =
            new ConfigSection(
                    "mqtt.access",
                    "What clients may do, and client certificates",
                    List.of(
                            ConfigKeys.key(
                                    "mqtt.access.acl-file",
                                    new ValueKind.Location(true),
                                    "\"\"",
                                    "What clients may publish and subscribe to, in mosquitto's language and some words more (docs/reference/acl.md); read again when it changes. What no rule allows is denied. Empty for none: then everything is allowed."),
                            ConfigKeys.key(
                                    "mqtt.access.on-denied-publish",
                                    new ValueKind.Choice(Access.OnDeniedPublish.class),
                                    "\"ignore\"",
                                    "What happens to a client that publishes what it may not: ignore drops the message, and tells the client if that is possible (MQTT 5, QoS 1 and 2); disconnect ends the connection."),
                            ConfigKeys.key(
                                    "mqtt.access.certificate-identity",
                                    new ValueKind.Choice(CertificateIdentity.class),
                                    "\"none\"",
                                    "What of a client's certificate is its user name: the common name, the whole subject (RFC 2253), or the first e-mail address, DNS name or URI of its alternative names. A certificate without it is refused. none is for certificates that only open the way."),
                            ConfigKeys.key(
                                    "mqtt.access.certificate-login",
                                    new ValueKind.Choice(CertificateAuthenticator.Login.class),
                                    "\"instead-of-password\"",
                                    "Whether such a certificate is enough, or the user must be in mqtt.password-file and give the password, too.")));

    /**
     * @param agreed users come from placement
     */
    static void check(ConfigValues values, boolean agreed) {
        boolean noPasswords = !agreed && values.of("mqtt.password-file").toString().isEmpty();
        boolean noCertificates =
                values.of("mqtt.access.certificate-identity") == CertificateIdentity.NONE;
        if (values.of("mqtt.allow-anonymous") == AnonymousAuthenticator.Allowed.NEVER
                && noPasswords
                && noCertificates) {
            values.wrong(
                    "mqtt.allow-anonymous",
                    "is never and mqtt.password-file is empty, so nobody could connect: set one of them, or mqtt.access.certificate-identity");
        }
        if (values.of("mqtt.access.certificate-login")
                        == CertificateAuthenticator.Login.WITH_PASSWORD
                && noPasswords) {
            values.wrong(
                    "mqtt.access.certificate-login",
                    "asks for passwords and mqtt.password-file is empty");
        }
        boolean admins = values.of("mqtt.admins") instanceof List<?> names && !names.isEmpty();
        if (admins && noPasswords && noCertificates) {
            values.wrong(
                    "mqtt.admins",
                    "names users and mqtt.password-file is empty, so nobody could prove to be one");
        }
    }

    /** What is wrong with the files that it names. */
    static void checkFiles(ConfigValues values) {
        AccessControl.problems(
                        (Path) values.of("mqtt.password-file"),
                        (Path) values.of("mqtt.access.acl-file"),
                        InstantSource.system())
                .forEach(values::wrong);
    }
}
