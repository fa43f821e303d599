package io.robustmq.server;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.robustmq.placement.Member;
import io.robustmq.placement.MemberId;
import io.robustmq.placement.PlacementNetwork;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Members of the placement group over gRPC, one link for each address. Who has a certificate of the
 * cluster's authority is a member; without TLS everybody is, so it is for loopback only. Any
 * thread.
 *
 * <p>Bound: {@link #MAX_LINKS} addresses.
 */
final class MemberNetwork implements PlacementNetwork {
    private static final int MAX_LINKS = 64;
    private static final long KEEP_ALIVE_SECONDS = 10;

    private final ChannelCredentials credentials;
    private final Events events;
    private final MemberMessages messages;

    // guarded by this
    private @Nullable Receiver receiver;
    private boolean closed;
    private Map<MemberId, Member> members = Map.of();
    private final Map<String, MemberLink> byAddress = new HashMap<>();

    MemberNetwork(ChannelCredentials credentials, Events events) {
        this.credentials = credentials;
        this.events = events;
        this.messages = new MemberMessages(this::came, this::refused);
    }

    /** To be served where the members' addresses lead to. */
    ServerServiceDefinition service() {
        return messages.service();
    }

    private void refused(String method, Status status) {
        String why = String.valueOf(status.getDescription());
        events.emit(
                new PlacementEvent.MemberMessageRefused(
                        GrpcService.peer(), new Failure(status.getCode().name(), why)));
    }

    private void came(byte[] message) {
        Receiver to;
        synchronized (this) {
            to = closed ? null : receiver;
        }
        if (to != null) {
            to.message(message); // else it is lost, as if this member did not run
        }
    }

    @Override
    public synchronized void open(Receiver taking) {
        receiver = taking;
    }

    @Override
    public void members(Collection<Member> all) {
        Map<MemberId, Member> byId = new HashMap<>();
        Set<String> addresses = new TreeSet<>();
        for (Member member : all) {
            byId.put(member.id(), member);
            addresses.add(member.address());
        }
        synchronized (this) {
            members = byId;
            byAddress
                    .entrySet()
                    .removeIf(entry -> {
                        boolean isGone = !addresses.contains(entry.getKey());
                        if (isGone) {
                            entry.getValue().close();
                        }
                        return isGone;
                    });
        }
    }

    @Override
    public boolean send(MemberId to, byte[] message) {
        MemberLink link;
        synchronized (this) {
            Member member = members.get(to);
            link = member == null ? null : link(member.name(), member.address());
        }
        return link != null && link.send(message);
    }

    @Override
    public boolean greet(String address, byte[] message) {
        MemberLink link;
        synchronized (this) {
            link = link(address, address);
        }
        return link != null && link.send(message);
    }

    /** Guarded by this. */
    private @Nullable MemberLink link(String name, String address) {
        MemberLink known = byAddress.get(address);
        if (known != null || closed || byAddress.size() >= MAX_LINKS) {
            return known;
        }
        ManagedChannel channel =
                NettyChannelBuilder.forTarget("dns:///" + address, credentials)
                        .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                        .flowControlWindow(GrpcEndpoint.WINDOW_BYTES)
                        .directExecutor() // a link never waits
                        .build();
        MemberLink link = new MemberLink(name, address, channel, System::nanoTime, events);
        byAddress.put(address, link);
        return link;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            byAddress.values().forEach(MemberLink::close);
            byAddress.clear();
        }
    }
}
