package io.robustmq.telemetry.event;

/** The node's roles, and what nodes agree on. */
public sealed interface PlacementEvent extends Event {

    @EventType(
            name = "placement.config_loaded",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "The configuration was read and is in force.",
            action = "Nothing.")
    record ConfigLoaded(
            @Doc("The file, empty if there is none") String file,
            @Doc("Settings taken from the environment") int fromEnvironment,
            @Doc("Settings taken from --set") int fromCommandLine)
            implements PlacementEvent {}

    @EventType(
            name = "placement.role_starting",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A role of this node begins to start.",
            action = "Nothing.")
    record RoleStarting(@Doc("placement-center, journal-server or mqtt-server") String role)
            implements PlacementEvent {}

    @EventType(
            name = "placement.role_ready",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A role of this node takes work.",
            action = "Nothing.")
    record RoleReady(
            @Doc("placement-center, journal-server or mqtt-server") String role,
            @Doc(value = "Time to start", unit = "ms") long startMillis)
            implements PlacementEvent {}

    @EventType(
            name = "placement.role_stopped",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A role of this node has stopped in order.",
            action = "Nothing.")
    record RoleStopped(@Doc("placement-center, journal-server or mqtt-server") String role)
            implements PlacementEvent {}

    @EventType(
            name = "placement.node_ready",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "All roles of this node are ready.",
            action = "Nothing.")
    record NodeReady(
            @Doc("Version of RobustMQ") String version,
            @Doc("Version of the Java runtime") String javaVersion,
            @Doc(value = "Since the JVM started", unit = "ms") long startMillis)
            implements PlacementEvent {}

    @EventType(
            name = "placement.node_stopping",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "This node was asked to stop and begins to.",
            action = "Nothing.")
    record NodeStopping(@Doc("Connections open") int connections) implements PlacementEvent {}

    @EventType(
            name = "placement.start_failed",
            severity = Severity.ERROR,
            volume = Volume.LIFECYCLE,
            cause = "This node could not start; the process ends with exit_code.",
            action = "error_msg names what to mend.")
    record StartFailed(
            @Doc("sysexits code: 78 configuration, 73 cannot create, 69 unavailable, 70 a defect")
                    int exitCode,
            Failure failure)
            implements PlacementEvent {}

    @EventType(
            name = "placement.consensus_started",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "The consensus member of this node runs: it has all that was agreed before,"
                            + " and takes changes.",
            action = "Nothing.")
    record ConsensusStarted(
            @Doc("Members of the placement group, most of which must agree; 1 is a node alone")
                    int cpMembers,
            @Doc(value = "Time it took", unit = "ms") long startMillis)
            implements PlacementEvent {}

    @EventType(
            name = "placement.consensus_failed",
            severity = Severity.ERROR,
            volume = Volume.LIFECYCLE,
            cause =
                    "The consensus member of this node stopped: its log could not be written, or a"
                            + " step of it failed. What waited for it was refused. It begins anew"
                            + " from what is on disk, as soon as the disk takes it.",
            action = "If error_msg is about the disk, make room or replace it; else report it.")
    record ConsensusFailed(Failure failure) implements PlacementEvent {}

    @EventType(
            name = "placement.group_awaited",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "This member of placement belongs to no group yet, and waits.",
            action = "Start the members that it waits for, or have it let in where the group is.")
    record GroupAwaited(@Doc("Members not heard of yet, or what else it waits for") String waitsFor)
            implements PlacementEvent {}

    @EventType(
            name = "placement.group_refused",
            severity = Severity.ERROR,
            volume = Volume.LIFECYCLE,
            cause =
                    "This member of placement belongs to no group, and the group does not let it in. It goes on asking.",
            action =
                    "why says what to do. If this member's data is lost, have it replaced at another member while this one runs.")
    record GroupRefused(@Doc("The reason, and what to do") String why) implements PlacementEvent {}

    @EventType(
            name = "placement.group_formed",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "The placement group is formed, or this member was let in.",
            action = "Nothing.")
    record GroupFormed(@Doc("Who formed it, separated by commas") String founders)
            implements PlacementEvent {}

    @EventType(
            name = "placement.leader_changed",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "Another member of placement leads, as far as this one knows.",
            action = "Nothing, unless it happens often: then see how members reach each other.")
    record LeaderChanged(@Doc("The member that leads") String leader, @Doc("Raft's term") int term)
            implements PlacementEvent {}

    @EventType(
            name = "placement.leader_lost",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause = "This member of placement knows no leader: changes wait.",
            action = "If it lasts, see that most of the members run and reach each other.")
    record LeaderLost(@Doc("Raft's term") int term) implements PlacementEvent {}

    @EventType(
            name = "placement.member_left",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause = "This member was removed from the placement group, and takes part no more.",
            action = "Stop it. To use the node again, empty its folder.")
    record MemberLeft(@Doc("Its id") String memberId) implements PlacementEvent {}

    @EventType(
            name = "placement.message_malformed",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A message between members could not be read or made, and was dropped.",
            action = "See that all members are of versions that know each other.")
    record MessageMalformed(Failure failure) implements PlacementEvent {}

    @EventType(
            name = "placement.snapshot_failed",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause =
                    "The placement state could not be kept beside its log, so older records stay"
                            + " and a start takes longer. Nothing is lost.",
            action = "Make room on the disk, or see what error_msg says of it.")
    record SnapshotFailed(@Doc("Entry of Raft's log that it was for") long index, Failure failure)
            implements PlacementEvent {}

    @EventType(
            name = "placement.snapshot_sending",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "A member of placement was away for so long that the log does not go back to what it lacks; this member, which leads, sends it the whole state.",
            action = "Nothing. placement.snapshot_sent tells when that member has it.")
    record SnapshotSending(
            @Doc("The member's name") String member,
            @Doc("Entry of Raft's log that it was for") long index,
            @Doc("Nodes, claims, documents and the like in the state") long stateItems)
            implements PlacementEvent {}

    @EventType(
            name = "placement.snapshot_sent",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "A member of placement has the state that it was sent, and gets what came after.",
            action = "Nothing.")
    record SnapshotSent(
            @Doc("The member's name") String member,
            @Doc("Entry of Raft's log that it was for") long index,
            @Doc(value = "Since its first question", unit = "ms") long transferMillis)
            implements PlacementEvent {}

    @EventType(
            name = "placement.snapshot_receiving",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "This member of placement lacks more than the log goes back to, and begins to get the whole state from the one that leads. It answers with what it had until it has all of it.",
            action = "Nothing. placement.snapshot_advanced tells how far it is.")
    record SnapshotReceiving(
            @Doc("The member's name") String member,
            @Doc("Entry of Raft's log that it was for") long index,
            @Doc("Nodes, claims, documents and the like in the state") long stateItems)
            implements PlacementEvent {}

    @EventType(
            name = "placement.snapshot_advanced",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A part of the state is here and on disk. Told every five seconds.",
            action = "Nothing, as long as received_items grows.")
    record SnapshotAdvanced(
            @Doc("Entry of Raft's log that it was for") long index,
            @Doc("Of the state's items so many are here") long receivedItems,
            @Doc("Nodes, claims, documents and the like in the state") long stateItems,
            @Doc(value = "On disk of it", unit = "By") long receivedBytes)
            implements PlacementEvent {}

    @EventType(
            name = "placement.snapshot_installed",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "This member of placement has the whole state that the leader sent.",
            action = "Nothing.")
    record SnapshotInstalled(
            @Doc("Entry of Raft's log that it was for") long index,
            @Doc("Revision of the state") long revision,
            @Doc(value = "On disk of it", unit = "By") long receivedBytes,
            @Doc(value = "Since it was offered", unit = "ms") long transferMillis)
            implements PlacementEvent {}

    @EventType(
            name = "placement.snapshot_abandoned",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause =
                    "The state that one member of placement sends another did not arrive as a whole. It is sent again by whoever leads then.",
            action =
                    "Nothing if another member leads. If it comes again and again, see how members reach each other, and the disk of the one that receives.")
    record SnapshotAbandoned(
            @Doc("The member's name") String member,
            @Doc("Entry of Raft's log that it was for") long index,
            @Doc("Why") String detail)
            implements PlacementEvent {}

    @EventType(
            name = "placement.state_recovered",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "What had been agreed was read back from the log.",
            action = "Nothing.")
    record StateRecovered(
            @Doc("Revision of the state") long revision,
            @Doc("Nodes registered in it") int nodes,
            @Doc("Log records read") long records)
            implements PlacementEvent {}

    @EventType(
            name = "placement.node_registered",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A node made itself known, with its addresses.",
            action = "Nothing.")
    record NodeRegistered(
            @Doc("The node that registered") String registeredNode,
            @Doc("Its roles, separated by commas") String roles,
            @Doc("Its addresses (extend_info)") String addresses,
            @Doc("Revision of the state with it") long revision)
            implements PlacementEvent {}

    @EventType(
            name = "placement.node_removed",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A node left in order.",
            action = "Nothing.")
    record NodeRemoved(
            @Doc("The node that left") String removedNode,
            @Doc("Revision of the state without it") long revision)
            implements PlacementEvent {}

    @EventType(
            name = "placement.member_unreachable",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause = "Another member of the placement group does not take messages.",
            action =
                    "See whether it runs and what error_msg says. The group works on as long as most members reach each other.")
    record MemberUnreachable(
            @Doc("The member's name") String member,
            @Doc("Where it should be") String address,
            Failure failure)
            implements PlacementEvent {}

    @EventType(
            name = "placement.member_reachable",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A member of the placement group that was unreachable takes messages again.",
            action = "Nothing.")
    record MemberReachable(
            @Doc("The member's name") String member,
            @Doc("Where it is") String address,
            @Doc(value = "Since the first message that did not arrive", unit = "ms")
                    long outageMillis)
            implements PlacementEvent {}

    @EventType(
            name = "placement.node_suspected",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "Nothing listens where another broker should be reached: its process has ended. It is removed without waiting for placement.node-timeout.",
            action =
                    "See why that node ended. Another broker serves its sessions meanwhile; it registers again when it starts.")
    record NodeSuspected(@Doc("Node that does not answer") String suspectedNode, Failure failure)
            implements PlacementEvent {}

    @EventType(
            name = "placement.home_served",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "This broker serves a home: its own, or that of a broker that has gone, whose sessions go on here.",
            action = "Nothing.")
    record HomeServed(
            @Doc("Broker whose sessions these are") String home,
            @Doc("Revision that registered it here") long epoch,
            @Doc(value = "To take its log over and read it", unit = "ms") long openedMillis)
            implements PlacementEvent {}

    @EventType(
            name = "placement.home_lost",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause =
                    "A home that this broker served is another one's now, or placement has missed this broker for longer than placement.node-timeout. Its clients are disconnected here; nothing of it is lost.",
            action =
                    "Nothing if its own broker was started again. Otherwise see whether this process was stopped, overloaded, or cut off from placement.")
    record HomeLost(@Doc("Broker whose sessions these are") String home, @Doc("Why") String detail)
            implements PlacementEvent {}

    @EventType(
            name = "placement.home_failed",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause =
                    "This broker could not take a home over. It is tried again each second, here or by another broker.",
            action =
                    "See the reason: mostly too few journal servers run, or placement does not answer.")
    record HomeFailed(@Doc("Broker whose sessions these are") String home, Failure failure)
            implements PlacementEvent {}

    @EventType(
            name = "placement.node_expired",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "Nothing was heard of a node for longer than placement.node-timeout, and it was removed with the clients that it had.",
            action =
                    "See whether the node runs and reaches placement; it registers again by itself.")
    record NodeExpired(
            @Doc("The node that was removed") String expiredNode,
            @Doc(value = "Since it was heard of", unit = "ms") long silentMillis,
            @Doc("Revision of the state without it") long revision)
            implements PlacementEvent {}

    @EventType(
            name = "placement.member_added",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "A placement center is a member of the group that agrees, or has another address now.",
            action = "Nothing; why and by whom is in it.")
    record MemberAdded(
            @Doc("The member's node") String memberNode,
            @Doc("The member's own id, drawn on its first start") String memberId,
            @Doc("Where the other members reach it") String memberAddress,
            @Doc("Revision of the state with it") long revision,
            @Doc("The node that was asked for it") String askedNode,
            @Doc("The reason that was given") String why,
            Admin admin)
            implements PlacementEvent {}

    @EventType(
            name = "placement.member_removed",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A placement center is no member of the group that agrees any more.",
            action = "Nothing; why and by whom is in it.")
    record MemberRemoved(
            @Doc("The member's node") String memberNode,
            @Doc("The member's own id, drawn on its first start") String memberId,
            @Doc("Revision of the state without it") long revision,
            @Doc("The node that was asked for it") String askedNode,
            @Doc("The reason that was given") String why,
            Admin admin)
            implements PlacementEvent {}

    @EventType(
            name = "placement.document_changed",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause =
                    "Something that all nodes know alike, such as a user or a segment, is new or other than it was.",
            action = "Nothing; why and by whom is in it.")
    record DocumentChanged(
            @Doc("shard, segment, user, acl, schema or config") String kind,
            @Doc(value = "Its name among those of its kind", sensitivity = Sensitivity.IDENTITY)
                    String name,
            @Doc("Revision of the state with it, which is its version") long revision,
            @Doc("Whether it was not there before") boolean created,
            @Doc(value = "Its size", unit = "By") int contentBytes,
            @Doc("The node that was asked for it") String askedNode,
            @Doc("The reason that was given") String why,
            Admin admin)
            implements PlacementEvent {}

    @EventType(
            name = "placement.document_removed",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause =
                    "Something that all nodes knew alike, such as a user or a segment, is not there any more.",
            action = "Nothing; why and by whom is in it.")
    record DocumentRemoved(
            @Doc("shard, segment, user, acl, schema or config") String kind,
            @Doc(value = "Its name among those of its kind", sensitivity = Sensitivity.IDENTITY)
                    String name,
            @Doc("Revision of the state without it") long revision,
            @Doc("The node that was asked for it") String askedNode,
            @Doc("The reason that was given") String why,
            Admin admin)
            implements PlacementEvent {}

    @EventType(
            name = "placement.grpc_started",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "Placement's gRPC services are bound.",
            action = "Nothing.")
    record GrpcStarted(
            @Doc("Bound address and port") String localAddr,
            @Doc("Whether it speaks mutual TLS") boolean tls)
            implements PlacementEvent {}

    @EventType(
            name = "placement.grpc_stopped",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "Placement's gRPC services are closed.",
            action = "Nothing.")
    record GrpcStopped(@Doc("The address and port they had") String localAddr)
            implements PlacementEvent {}

    @EventType(
            name = "placement.member_message_refused",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "Something that calls itself a member of the placement group sent what cannot be taken.",
            action =
                    "See what runs at remote_addr: only placement centers may speak to this service.")
    record MemberMessageRefused(
            @Doc(
                            value = "Address and port of the other end",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "network.peer.address")
                    String remoteAddr,
            Failure failure)
            implements PlacementEvent {}

    @EventType(
            name = "placement.center_connected",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "This node follows what is agreed at this placement center, and asks it.",
            action = "Nothing.")
    record CenterConnected(
            @Doc("The placement center") String member, @Doc("Where it is") String address)
            implements PlacementEvent {}

    @EventType(
            name = "placement.center_lost",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause =
                    "The placement center that this node followed is not there any more, or is cut off from its group. Another one is asked.",
            action = "See whether it runs and what error_msg says.")
    record CenterLost(@Doc("Where it was") String address, Failure failure)
            implements PlacementEvent {}

    @EventType(
            name = "placement.centers_unreachable",
            severity = Severity.ERROR,
            volume = Volume.LIFECYCLE,
            cause =
                    "None of the placement centers can be followed. This node works on with what it knows, and goes on trying.",
            action =
                    "See whether they run, and whether placement.servers and the tls section of this node are right; error_msg is of the last one tried.")
    record CentersUnreachable(
            @Doc("Where they should be, separated by commas") String addresses, Failure failure)
            implements PlacementEvent {}

    @EventType(
            name = "placement.registration_awaited",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "This node waits for placement to register it. Until then it is not ready.",
            action =
                    "Start the placement centers. If they run, see placement.centers_unreachable and placement.registration_failed.")
    record RegistrationAwaited(
            @Doc("Where the placement centers should be, separated by commas") String addresses)
            implements PlacementEvent {}

    @EventType(
            name = "placement.registration_made",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "Placement knows this node now.",
            action = "Nothing.")
    record RegistrationMade(@Doc("The epoch of the registration") long epoch)
            implements PlacementEvent {}

    @EventType(
            name = "placement.registration_lost",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause =
                    "Placement has removed this node, as it was not heard of for longer than placement.node-timeout. It registers again.",
            action = "See whether this node was stopped, overloaded, or cut off from placement.")
    record RegistrationLost() implements PlacementEvent {}

    @EventType(
            name = "placement.registration_failed",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause = "This node could not tell placement that it is there. It goes on trying.",
            action = "See whether most placement centers run and reach each other.")
    record RegistrationFailed(Failure failure) implements PlacementEvent {}

    @EventType(
            name = "placement.http_started",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "The HTTP endpoint for metrics and health is bound.",
            action = "Nothing.")
    record HttpStarted(@Doc("Bound address and port") String localAddr) implements PlacementEvent {}
}
