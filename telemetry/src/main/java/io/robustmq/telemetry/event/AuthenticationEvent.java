package io.robustmq.telemetry.event;

/** Who a client is, and what it may do. */
public sealed interface AuthenticationEvent extends Event {

    /** How a client proved who it is. */
    enum Method {
        ANONYMOUS,
        PASSWORD,
        CERTIFICATE,
        /** Several steps of AUTH, as with SCRAM. */
        ENHANCED
    }

    @EventType(
            name = "authentication.anonymous_allowed",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause =
                    "The broker started with mqtt.allow-anonymous = \"always\": whoever reaches the port may connect.",
            action =
                    "Fine in a closed network; elsewhere set mqtt.password-file and mqtt.allow-anonymous = \"never\".")
    record AnonymousAllowed(@Doc("Address and port this is true for") String localAddr)
            implements AuthenticationEvent {}

    @EventType(
            name = "authentication.passwords_loaded",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "The password file was read, at the start or because it had changed.",
            action = "Nothing.")
    record PasswordsLoaded(@Doc("The file") String file, @Doc("Users in it") int users)
            implements AuthenticationEvent {}

    @EventType(
            name = "authentication.acl_loaded",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "The file that says what clients may do was read, at the start or because it had changed.",
            action = "Nothing.")
    record AclLoaded(@Doc("The file") String file, @Doc("Rules in it") int rules)
            implements AuthenticationEvent {}

    @EventType(
            name = "authentication.reload_failed",
            severity = Severity.ERROR,
            volume = Volume.LIFECYCLE,
            cause =
                    "The password file or the ACL file had changed and cannot be used; what it said before holds on.",
            action = "Mend what detail names; the file is read again when it changes.")
    record ReloadFailed(
            @Doc("The file") String file,
            @Doc("What is wrong: so many things") int problems,
            @Doc("The first of them, with their lines") String detail)
            implements AuthenticationEvent {}

    @EventType(
            name = "authentication.revoked",
            severity = Severity.WARN,
            volume = Volume.CONNECTION,
            cause =
                    "A connected client's user was removed from the password file, or got another password: it is disconnected with Not authorized.",
            action = "Nothing if that was meant; else add the user again.")
    record Revoked(
            Peer peer,
            @Doc("How it had proved who it is") Method method,
            @Doc(value = "User name", sensitivity = Sensitivity.IDENTITY, attribute = "user.name")
                    String userName)
            implements AuthenticationEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "authentication.succeeded",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause =
                    "A client proved who it is, with a password, a certificate or several steps of AUTH.",
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
            cause =
                    "A client's user name, password or certificate was wrong, or missing where one is needed.",
            action =
                    "rule and detail say why. Fix the client's credentials; many from one remote_addr are somebody guessing.")
    record Failed(
            Peer peer,
            @Doc("How") Method method,
            @Doc(
                            value = "User name, empty if none was sent",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "user.name")
                    String userName,
            @Doc("CONNACK reason code") int reasonCode,
            @Doc("What refused it: a configuration key, or file and line") String rule,
            @Doc("Why; the client is not told") String detail)
            implements AuthenticationEvent {
        @Override
        public String throttleKey() {
            return peer.host(); // somebody who guesses has a new port each time
        }
    }

    @EventType(
            name = "authentication.publish_denied",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A client published to a topic that it may not publish to.",
            action =
                    "rule says what denies it: change the client's topic, or that rule. Topics that begin with $SYS belong to the broker.")
    record PublishDenied(
            Peer peer,
            @Doc(value = "The topic", attribute = "messaging.destination.name") String topicName,
            @Doc("Reason code answered") int reasonCode,
            @Doc("What denies it: file and line of the ACL, or a rule of the broker") String rule)
            implements AuthenticationEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }
}
