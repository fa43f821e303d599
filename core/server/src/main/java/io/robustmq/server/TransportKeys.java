package io.robustmq.server;

import io.robustmq.broker.TlsSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What may be configured for the listeners of MQTT but for plain TCP. */
final class TransportKeys {
    private TransportKeys() {}

    private static final String PROXY =
            "Whether its connections begin with a PROXY header, which tells the client's address; see mqtt.proxy.";

    static final ConfigKey PROXY_PROTOCOL =
            ConfigKeys.key(
                    "mqtt.proxy-protocol",
                    ConfigKeys.FLAG,
                    "false",
                    "Whether connections to mqtt.listen begin with a PROXY header, which tells the client's address; see mqtt.proxy.");

    private static final ConfigSection TLS =
            new ConfigSection(
                    "mqtt.tls",
                    "MQTT over TLS; certificates, protocols and limits hold for secure WebSocket and QUIC too",
                    List.of(
                            listen("mqtt.tls", "8883", "Address and port for MQTT over TLS."),
                            proxy("mqtt.tls"),
                            ConfigKeys.key(
                                    "mqtt.tls.certificate",
                                    new ValueKind.Location(true),
                                    "\"\"",
                                    "PEM file with the server's certificate, those that sign it behind it. Empty with mqtt.tls.key is a self-signed one for this machine, made in tls in data.directory: for development only. A changed file is taken without a restart."),
                            ConfigKeys.key(
                                    "mqtt.tls.key",
                                    new ValueKind.Location(true),
                                    "\"\"",
                                    "PEM file with the certificate's private key, without a password."),
                            ConfigKeys.key(
                                    "mqtt.tls.sni",
                                    new CertificatesKind(),
                                    "[]",
                                    "Other certificates for clients that ask for a host by name, such as [\"mqtt.example.org=cert.pem,key.pem\", \"*.example.net=net.pem,net-key.pem\"]."),
                            ConfigKeys.key(
                                    "mqtt.tls.client-ca",
                                    new ValueKind.Location(true),
                                    "\"\"",
                                    "PEM file with the certificates that sign clients' certificates."),
                            ConfigKeys.key(
                                    "mqtt.tls.client-auth",
                                    new ValueKind.Choice(TlsSettings.ClientCertificates.class),
                                    "\"none\"",
                                    "Whether clients show a certificate: none are asked for, optional ones must be good, required ones must be there. The latter two need mqtt.tls.client-ca."),
                            ConfigKeys.key(
                                    "mqtt.tls.protocols",
                                    new ChosenKind(List.of("TLSv1.3", "TLSv1.2")),
                                    "[\"TLSv1.3\", \"TLSv1.2\"]",
                                    "Versions of TLS that clients may speak; QUIC is always TLSv1.3."),
                            ConfigKeys.key(
                                    "mqtt.tls.ciphers",
                                    new ValueKind.Names(),
                                    "[]",
                                    "Cipher suites by their IANA names, such as TLS_AES_128_GCM_SHA256. Empty is the provider's choice."),
                            ConfigKeys.key(
                                    "mqtt.tls.provider",
                                    new ValueKind.Choice(TlsSettings.Provider.class),
                                    "\"auto\"",
                                    "What does the cryptography: auto is openssl (BoringSSL, comes with the broker) where it runs on this machine, else jdk."),
                            ConfigKeys.key(
                                    "mqtt.tls.handshake-timeout",
                                    ConfigKeys.span(Duration.ofMillis(100), Duration.ofMinutes(10)),
                                    "\"10s\"",
                                    "Time from opening a connection to the end of the TLS handshake."),
                            ConfigKeys.key(
                                    "mqtt.tls.max-handshakes",
                                    ConfigKeys.whole(1, 10_000_000),
                                    "1000",
                                    "TLS handshakes that go on at once. One more connection is closed."),
                            ConfigKeys.key(
                                    "mqtt.tls.reload-interval",
                                    ConfigKeys.span(Duration.ofMillis(100), Duration.ofDays(1)),
                                    "\"5s\"",
                                    "How often the files are looked at for changes.")));

    private static final ConfigSection WS =
            new ConfigSection(
                    "mqtt.ws",
                    "MQTT over WebSocket",
                    List.of(
                            listen("mqtt.ws", "8093", "Address and port for MQTT over WebSocket."),
                            proxy("mqtt.ws"),
                            ConfigKeys.key(
                                    "mqtt.ws.path",
                                    new ValueKind.Text(
                                            Pattern.compile("/[A-Za-z0-9._~/-]{0,255}"),
                                            "a path that begins with /"),
                                    "\"/mqtt\"",
                                    "Path of the URL, for secure WebSocket too."),
                            ConfigKeys.key(
                                    "mqtt.ws.max-frame-size",
                                    ConfigKeys.size(0, ConfigKeys.GIB),
                                    "\"0B\"",
                                    "Largest WebSocket frame taken from a client, for secure WebSocket too. 0B is mqtt.max-packet-size and 64KiB more.")));

    private static final ConfigSection WSS =
            new ConfigSection(
                    "mqtt.wss",
                    "MQTT over secure WebSocket",
                    List.of(
                            listen(
                                    "mqtt.wss",
                                    "8094",
                                    "Address and port for MQTT over secure WebSocket, with the certificates of mqtt.tls."),
                            proxy("mqtt.wss")));

    private static final ConfigSection QUIC =
            new ConfigSection(
                    "mqtt.quic",
                    "MQTT over QUIC",
                    List.of(
                            listen(
                                    "mqtt.quic",
                                    "9083",
                                    "Address and UDP port for MQTT over QUIC, one stream per client, ALPN mqtt, with the certificates of mqtt.tls.")));

    private static final ConfigSection UNIX =
            new ConfigSection(
                    "mqtt.unix",
                    "MQTT over a Unix socket",
                    List.of(
                            ConfigKeys.key(
                                    "mqtt.unix.listen",
                                    new ValueKind.Location(true),
                                    "\"\"",
                                    "Path of a Unix socket for clients on this machine (Linux). Its folder must be there. Empty for none."),
                            ConfigKeys.key(
                                    "mqtt.unix.mode",
                                    new ValueKind.Text(
                                            Pattern.compile("0?[0-7]{3}"),
                                            "a file mode in octal, such as 660"),
                                    "\"660\"",
                                    "Who may connect: the mode of the socket's file.")));

    private static final ConfigSection BEHIND =
            new ConfigSection(
                    "mqtt.proxy",
                    "Proxies that tell the client's address by the PROXY protocol, version 1 or 2",
                    List.of(
                            ConfigKeys.key(
                                    "mqtt.proxy.trusted",
                                    new NetworksKind(),
                                    "[\"127.0.0.0/8\", \"::1/128\"]",
                                    "Networks of proxies whose word is taken on listeners with proxy-protocol; others are refused there."),
                            ConfigKeys.key(
                                    "mqtt.proxy.timeout",
                                    ConfigKeys.span(Duration.ofMillis(100), Duration.ofMinutes(10)),
                                    "\"5s\"",
                                    "Time from opening a connection to its whole PROXY header.")));

    static final List<ConfigSection> SECTIONS = List.of(TLS, WS, WSS, QUIC, UNIX, BEHIND);

    private static ConfigKey listen(String section, String port, String doc) {
        return ConfigKeys.key(
                section + ".listen",
                new AddressOrNone(),
                "\"127.0.0.1:" + port + "\"",
                doc + " Port 0 takes any free one; empty for none.");
    }

    private static ConfigKey proxy(String section) {
        return ConfigKeys.key(section + ".proxy-protocol", ConfigKeys.FLAG, "false", PROXY);
    }

    static void check(ConfigValues values) {
        boolean certificate = isSet(values, "mqtt.tls.certificate");
        if (certificate != isSet(values, "mqtt.tls.key")) {
            values.wrong(
                    certificate ? "mqtt.tls.certificate" : "mqtt.tls.key",
                    "is set alone: mqtt.tls.certificate and mqtt.tls.key belong together");
        }
        boolean asked = values.of("mqtt.tls.client-auth") != TlsSettings.ClientCertificates.NONE;
        if (asked && !isSet(values, "mqtt.tls.client-ca")) {
            values.wrong(
                    "mqtt.tls.client-auth",
                    "wants certificates of clients and mqtt.tls.client-ca is empty, so none would be good");
        }
        boolean none =
                List.of("mqtt", "mqtt.tls", "mqtt.ws", "mqtt.wss", "mqtt.quic").stream()
                        .map(section -> values.of(section + ".listen"))
                        .allMatch(address -> address.equals(Optional.empty()));
        if (none && !isSet(values, "mqtt.unix.listen")) {
            values.wrong(
                    "mqtt.listen", "is empty as all other listeners are: nobody could connect");
        }
    }

    private static boolean isSet(ConfigValues values, String path) {
        return !values.of(path).toString().isEmpty();
    }
}
