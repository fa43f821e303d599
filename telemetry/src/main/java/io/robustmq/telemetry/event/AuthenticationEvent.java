package io.robustmq.telemetry.event;

/** Who a client is, and what it may do. */
public sealed interface AuthenticationEvent extends Event {

    /** How a client proved who it is. */
    enum Method {
        ANONYMOUS,
        PASSWORD,
        /** Several steps of AUTH, as with SCRAM. */
        ENHANCED
    }

    @EventType(
            name = "authentication.anonymous_allowed",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause =
                    "The broker started with mqtt.allow-anonymous = true: whoever reaches the port may connect.",
            action =
                    "Fine on a desk; elsewhere set mqtt.password-file and mqtt.allow-anonymous = false.")
    record AnonymousAllowed(@Doc("Address and port this is true for") String localAddr)
            implements AuthenticationEvent {}

    @EventType(
            name = "authentication.passwords_loaded",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "The password file was read.",
            action = "Nothing.")
    record PasswordsLoaded(@Doc("The file") String file, @Doc("Users in it") int users)
            implements AuthenticationEvent {}

    @EventType(
            name = "authentication.succeeded",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A client has proved that it is this user.",
            action = "Nothing.")
    record Succeeded(
            Peer peer,
            @Doc("How") Method method,
            @Doc(value = "User name", sensitivity = Sensitivity.IDENTITY, attribute = "user.name")
                    String userName)
            implements AuthenticationEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "authentication.failed",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A client's user name or password was wrong, or missing where one is needed.",
            action =
                    "Fix the client's credentials; many from one remote_addr are somebody guessing.")
    record Failed(
            Peer peer,
            @Doc("How") Method method,
            @Doc(
                            value = "User name, empty if none was sent",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "user.name")
                    String userName,
            @Doc("CONNACK reason code") int reasonCode)
            implements AuthenticationEvent {
        @Override
        public String throttleKey() {
            return peer.remoteAddr();
        }
    }

    @EventType(
            name = "authentication.publish_denied",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A client published to a topic that it may not publish to.",
            action = "Topics that begin with $SYS belong to the broker: change the client's topic.")
    record PublishDenied(
            Peer peer,
            @Doc(value = "The topic", attribute = "messaging.destination.name") String topicName,
            @Doc("Reason code answered") int reasonCode)
            implements AuthenticationEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }
}
