package io.robustmq.telemetry.event;

/** Listeners and the client connections they take. */
public sealed interface ConnectionEvent extends Event {

    /** Why a connection ended. */
    enum Ending {
        CLIENT_DISCONNECT,
        PEER_CLOSED,
        KEEP_ALIVE_TIMEOUT,
        PROTOCOL_ERROR,
        REFUSED,
        TAKEN_OVER,
        SERVER_SHUTDOWN,
        IO_ERROR,
        STORAGE_UNAVAILABLE,
        NOT_AUTHORIZED,
        RATE_EXCEEDED,
        BANNED,
        /** Another broker has its session, and goes on with it. */
        HANDED_ON
    }

    /** What a ban is for. */
    enum BanKind {
        CLIENT,
        ADDRESS
    }

    /** Why somebody was banned. */
    enum BanCause {
        FLAPPING,
        ADMINISTRATOR
    }

    /** How a ban ended. */
    enum BanEnd {
        EXPIRED,
        LIFTED,
        REPLACED
    }

    /** What is limited per second for one client. */
    enum Rate {
        PACKETS,
        BYTES
    }

    /** What comes before MQTT on a connection. */
    enum Stage {
        PROXY,
        TLS,
        WEBSOCKET,
        QUIC
    }

    @EventType(
            name = "connection.handed_on",
            severity = Severity.DEBUG,
            volume = Volume.CONNECTION,
            cause =
                    "The session of a client that connected here is at another broker, which goes on with it over a connection between the two.",
            action = "Nothing.")
    record HandedOn(Peer peer, @Doc("Broker that has the session") String home)
            implements ConnectionEvent {}

    @EventType(
            name = "connection.listener_started",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A listener is bound and accepts connections.",
            action = "Nothing.")
    record ListenerStarted(
            @Doc("Listener: tcp, tls, ws, wss, quic or unix") String listener,
            @Doc("Bound address and port, or the path of a Unix socket") String localAddr)
            implements ConnectionEvent {}

    @EventType(
            name = "connection.listener_stopped",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A listener was closed because the broker stops.",
            action = "Nothing.")
    record ListenerStopped(
            @Doc("Listener: tcp, tls, ws, wss, quic or unix") String listener,
            @Doc("Address and port it was bound to, or the path of a Unix socket") String localAddr)
            implements ConnectionEvent {}

    @EventType(
            name = "connection.handshake_failed",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "A connection ended before MQTT began: its PROXY header, TLS handshake or WebSocket request was wrong, or did not come in time.",
            action =
                    "Look at stage and detail: often a client that speaks another protocol than the listener, or does not know the broker's certificate.")
    record HandshakeFailed(
            @Doc("The listener") String listener,
            @Doc(
                            value = "Address and port of the other end",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "network.peer.address")
                    String remoteAddr,
            @Doc("What was not over") Stage stage,
            @Doc("What was wrong, with the limit and the value") String detail)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return listener;
        }
    }

    @EventType(
            name = "connection.handshakes_limited",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause =
                    "A connection came while mqtt.tls.max-handshakes TLS handshakes were going on, and was closed.",
            action =
                    "Clients that all connect at once come again; if it lasts, find out who opens connections and says nothing.")
    record HandshakesLimited(
            @Doc("The listener") String listener,
            @Doc(
                            value = "Address and port of the other end",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "network.peer.address")
                    String remoteAddr,
            @Doc("mqtt.tls.max-handshakes") int limit)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return listener;
        }
    }

    @EventType(
            name = "connection.certificate_loaded",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "A certificate is shown to clients from now on: at the start, and when its file has changed.",
            action = "Nothing; renew it before not_after.")
    record CertificateLoaded(
            @Doc("Host that clients ask for, or default") String host,
            @Doc("Its subject") String subject,
            @Doc("Its serial number, hexadecimal") String serial,
            @Doc("Until when it is valid, ISO 8601, UTC") String notAfter,
            @Doc("The file it is from") String file)
            implements ConnectionEvent {}

    @EventType(
            name = "connection.certificate_self_signed",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause =
                    "No certificate is configured, so TLS listeners show one that the broker made for itself and that no client knows.",
            action =
                    "Fine on a desk, with this file as the client's CA file; elsewhere set mqtt.tls.certificate and mqtt.tls.key.")
    record CertificateSelfSigned(
            @Doc("The file, which clients may trust") String file,
            @Doc("Hosts and addresses that it is valid for") String hosts,
            @Doc("Until when it is valid, ISO 8601, UTC") String notAfter)
            implements ConnectionEvent {}

    @EventType(
            name = "connection.certificate_rejected",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause =
                    "A file of mqtt.tls has changed and is unusable now; the certificates from before stay in use.",
            action = "Look at error_msg and put the right file there; it is looked at again.")
    record CertificateRejected(@Doc("The certificate's file") String file, Failure failure)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return file;
        }
    }

    @EventType(
            name = "connection.accepted",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A client sent CONNECT and was answered with CONNACK 0.",
            action = "Nothing.")
    record Accepted(
            Peer peer,
            @Doc(value = "Keep alive in force, 0 is off", unit = "s") int keepAliveSeconds,
            @Doc("Clean Start, or Clean Session in 3.1.1") boolean cleanStart,
            @Doc("Whether a session was found and resumed") boolean sessionPresent,
            @Doc("Listener it came in by") String listener,
            @Doc("What carries its packets: tcp, tls, ws, wss, quic or unix") String transport)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "connection.refused",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A CONNECT was answered with a reason code other than 0.",
            action =
                    "Look up reason_code and detail; fix the client's settings or its credentials.")
    record Refused(
            Peer peer,
            @Doc("CONNACK reason code (MQTT 5 numbering, also for 3.1.1 clients)") int reasonCode,
            @Doc("What was wrong, with the limit and the value") String detail)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "connection.limit_reached",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause = "A connection came while mqtt.max-connections were open, and was closed.",
            action = "Raise mqtt.max-connections or find out who opens so many.")
    record LimitReached(
            @Doc(
                            value = "Address and port of the other end",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "network.peer.address")
                    String remoteAddr,
            @Doc("mqtt.max-connections") int limit)
            implements ConnectionEvent {}

    @EventType(
            name = "connection.address_limit_reached",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "A connection came from an address that has mqtt.limits.max-connections-per-address open, and was closed.",
            action =
                    "Find out what runs at remote_addr; raise the limit if many clients share the address, as behind NAT.")
    record AddressLimitReached(
            @Doc(
                            value = "Address and port of the other end",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "network.peer.address")
                    String remoteAddr,
            @Doc("mqtt.limits.max-connections-per-address") int limit)
            implements ConnectionEvent {}

    @EventType(
            name = "connection.connect_rate_exceeded",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "Connections were opened at more than twice mqtt.limits.max-connects-per-second, and this one was closed unread.",
            action =
                    "An attack, or clients that all come back at once; clients should wait a random time before they connect again.")
    record ConnectRateExceeded(
            @Doc(
                            value = "Address and port of the other end",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "network.peer.address")
                    String remoteAddr,
            @Doc("mqtt.limits.max-connects-per-second") int limitPerSecond)
            implements ConnectionEvent {}

    @EventType(
            name = "connection.banned",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "A client identifier or address may not connect for a while: it connected too often (mqtt.flapping), or an administrator said so.",
            action =
                    "FLAPPING: find out why the client comes and goes; two clients with one identifier do. robustmq bans lift ends it.")
    record Banned(
            @Doc("What is banned") BanKind banKind,
            @Doc(value = "The client identifier or address", sensitivity = Sensitivity.IDENTITY)
                    String target,
            @Doc("Why") BanCause banCause,
            @Doc("The same, in words") String detail,
            @Doc(value = "For how long", unit = "s") long banSeconds,
            @Doc("When it ends, UTC") String until)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return target;
        }
    }

    @EventType(
            name = "connection.ban_ended",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause =
                    "A ban is over: its time, somebody lifted it, or there were too many and it would have ended first.",
            action = "Nothing.")
    record BanEnded(
            @Doc("What was banned") BanKind banKind,
            @Doc(value = "The client identifier or address", sensitivity = Sensitivity.IDENTITY)
                    String target,
            @Doc("Why it was banned") BanCause banCause,
            @Doc("How it ended") BanEnd banEnd)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return target;
        }
    }

    @EventType(
            name = "connection.banned_address_closed",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A connection came from an address that is banned, and was closed unread.",
            action = "Nothing; robustmq bans list shows the bans.")
    record BannedAddressClosed(
            @Doc(
                            value = "Address and port of the other end",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "network.peer.address")
                    String remoteAddr,
            @Doc("When the ban ends, UTC") String until)
            implements ConnectionEvent {}

    @EventType(
            name = "connection.connect_delayed",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "CONNECTs came faster than mqtt.limits.max-connects-per-second, and this one has to wait for its turn.",
            action =
                    "Nothing after a restart or a break of the network; else find out who connects so often.")
    record ConnectDelayed(
            Peer peer, @Doc(value = "How long it waits", unit = "ms") long delayMillis)
            implements ConnectionEvent {}

    @EventType(
            name = "connection.half_open_dropped",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "mqtt.limits.max-half-open connections had not sent their whole CONNECT, and the oldest of them was closed for a new one.",
            action = "An attack, or clients that are stuck; look at remote_addr.")
    record HalfOpenDropped(
            Peer peer,
            @Doc("mqtt.limits.max-half-open") int limit,
            @Doc(value = "Since it was opened", unit = "ms") long waitedMillis)
            implements ConnectionEvent {}

    @EventType(
            name = "connection.rate_limited",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "A client sent more per second than mqtt.limits allows; it is not read for a while, or was disconnected with Message rate too high. At most once a second for each client.",
            action = "Find out why the client sends so much; raise the limit if it may.")
    record RateLimited(
            Peer peer,
            @Doc("What there was too much of") Rate rate,
            @Doc("The limit: packets, or bytes, per second") long limitPerSecond,
            @Doc(value = "For how long it is not read now; 0 if it was disconnected", unit = "ms")
                    long heldMillis)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "connection.handshake_timed_out",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A connection was open for mqtt.connect-timeout and no whole CONNECT had come.",
            action = "A port scan or a broken client; look at remote_addr.")
    record HandshakeTimedOut(
            Peer peer, @Doc(value = "Time allowed", unit = "ms") long timeoutMillis)
            implements ConnectionEvent {}

    @EventType(
            name = "connection.protocol_violated",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "A packet was malformed or forbidden; the connection was closed with reason_code.",
            action =
                    "Look up the rule in the MQTT specification; fix the client library named by client_id.")
    record ProtocolViolated(
            Peer peer,
            @Doc("The normative statement that was broken, such as MQTT-3.1.0-2") String rule,
            @Doc("Type of the offending packet") String packetType,
            @Doc("DISCONNECT or CONNACK reason code (MQTT 5 numbering)") int reasonCode,
            @Doc("What was wrong, with the limit and the value") String detail)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return rule;
        }
    }

    @EventType(
            name = "connection.keep_alive_expired",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "Nothing came from the client for one and a half times its keep alive.",
            action =
                    "Check the client and the network between; a keep alive shorter than the client's pauses does it too.")
    record KeepAliveExpired(
            Peer peer,
            @Doc(value = "Keep alive in force", unit = "s") int keepAliveSeconds,
            @Doc(value = "Since the last packet", unit = "ms") long idleMillis)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "connection.taken_over",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "Another connection with the same client identifier came and this one was closed.",
            action = "If it repeats, two clients share one client identifier: give each its own.")
    record TakenOver(
            Peer peer, @Doc("connection_id of the connection that took over") long newConnectionId)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "connection.write_blocked",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "The client reads more slowly than is sent to it: more than mqtt.max-outbound-bytes wait in its socket.",
            action =
                    "QoS 0 to it is dropped until it catches up; look at the client and the network.")
    record WriteBlocked(
            Peer peer, @Doc(value = "Waiting to be written", unit = "By") long pendingBytes)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "connection.write_resumed",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A client that read too slowly caught up.",
            action = "Nothing; dropped says what it missed.")
    record WriteResumed(
            Peer peer,
            @Doc(value = "Time it was blocked", unit = "ms") long blockedMillis,
            @Doc("QoS 0 messages dropped meanwhile") long dropped)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "connection.io_failed",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "Reading from or writing to the socket failed.",
            action = "Usually the network or a client that was killed; look at error_msg.")
    record IoFailed(Peer peer, Failure failure) implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "connection.failed",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause =
                    "A defect of the broker: an invariant of this connection broke and it was closed.",
            action = "Report it with this event; other connections are not affected.")
    record Failed(Peer peer, Failure failure) implements ConnectionEvent {}

    @EventType(
            name = "connection.closed",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A connection that had been accepted ended.",
            action = "Nothing; ending says why.")
    record Closed(
            Peer peer,
            @Doc("Why it ended") Ending ending,
            @Doc("Reason code of the DISCONNECT sent or received, 0 if there was none")
                    int reasonCode,
            @Doc(value = "Time since CONNACK", unit = "ms") long connectedMillis,
            @Doc("MQTT packets received") long receivedPackets,
            @Doc("MQTT packets sent") long sentPackets,
            @Doc(value = "Received", unit = "By") long receivedBytes,
            @Doc(value = "Sent", unit = "By") long sentBytes)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "connection.peer_connected",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "This broker and another home of the cluster have a connection.",
            action = "Nothing.")
    record PeerConnected(
            @Doc("The other home") String home,
            @Doc(
                            value = "Address and port of the other end",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "network.peer.address")
                    String remoteAddr,
            @Doc("Whether it had been here before") boolean resumed,
            @Doc("Messages that wait for it") int waitingMessages)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return home;
        }
    }

    @EventType(
            name = "connection.peer_lost",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "The connection with another home of the cluster has ended. What is for it waits, and it is dialed again.",
            action =
                    "Nothing if the other broker was stopped; else see its events, and the network between the two.")
    record PeerLost(
            @Doc("The other home") String home,
            @Doc("Why it ended") Ending ending,
            @Doc("More of why, empty if there is no more") String detail,
            @Doc(value = "How long it was", unit = "ms") long durationMillis)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return home;
        }
    }

    @EventType(
            name = "connection.peer_unreachable",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "Another home of the cluster does not take a connection. Told once until one comes; it is dialed again and again.",
            action =
                    "See whether its broker runs and listens at the address, and whether the network lets this one through.")
    record PeerUnreachable(
            @Doc("The other home") String home,
            @Doc("Where it should be") String address,
            @Doc("What failed") String detail)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return home;
        }
    }

    @EventType(
            name = "connection.peer_refused",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "A connection between two brokers was refused: here what came, or at the other end what was dialed from here.",
            action =
                    "detail says why. Right after a change of the cluster it passes by itself; else compare versions, names and addresses of the two.")
    record PeerRefused(
            @Doc("The other home, empty if it did not say") String home,
            @Doc(
                            value = "Address and port of the other end",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "network.peer.address")
                    String remoteAddr,
            @Doc("Why") String detail)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return home;
        }
    }

    @EventType(
            name = "connection.peer_gone",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A home is gone from the cluster for good, and what was kept for it with it.",
            action = "Nothing.")
    record PeerGone(
            @Doc("The home that is gone") String home,
            @Doc("Messages that it did not get") int discardedMessages)
            implements ConnectionEvent {
        @Override
        public String throttleKey() {
            return home;
        }
    }
}
