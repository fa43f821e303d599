package io.robustmq.server;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Binds the calls of one service of a .proto file to code, by their names there, and keeps the
 * file's descriptor for server reflection.
 */
final class GrpcService {
    /** Address and port of who calls, within a call; empty if unknown. */
    private static final Context.Key<String> PEER = Context.keyWithDefault("peer", "");

    /** One request, one answer. May wait: it has a thread of its own. */
    interface Call<Q, A> {
        A answer(Q request) throws StatusException;
    }

    /** One request, answers until it returns. May wait: it has a thread of its own. */
    interface Stream<Q, A> {
        void answer(Q request, GrpcAnswers<A> answers) throws StatusException;
    }

    /** Is told of each answer that is an error. */
    interface Refusals {
        void refused(String method, Status status);
    }

    private record Bound<Q extends Message, A extends Message>(
            io.grpc.MethodDescriptor<Q, A> method, ServerCallHandler<Q, A> handler) {}

    private final FileDescriptor file;
    private final String name;
    private final Refusals refusals;
    private final Map<String, Bound<?, ?>> calls = new LinkedHashMap<>();

    /**
     * @param name of the service, as in the file, without its package
     */
    GrpcService(FileDescriptor file, String name, Refusals refusals) {
        this.file = file;
        this.name = name;
        this.refusals = refusals;
    }

    private String fullName() {
        return file.getPackage() + '.' + name;
    }

    /**
     * @param request any of that type
     */
    <Q extends Message, A extends Message> GrpcService bind(
            String method, Q request, A answer, Call<Q, A> call) {
        calls.put(
                method,
                new Bound<>(
                        method(file, name, method, request, answer),
                        ServerCalls.asyncUnaryCall(
                                (asked, observer) -> answer(method, call, asked, observer))));
        return this;
    }

    /** The same for one that has many answers. */
    <Q extends Message, A extends Message> GrpcService bindStream(
            String method, Q request, A answer, Stream<Q, A> stream) {
        calls.put(
                method,
                new Bound<>(
                        stream(file, name, method, request, answer),
                        ServerCalls.asyncServerStreamingCall(
                                (asked, observer) -> begin(method, stream, asked, observer))));
        return this;
    }

    /** Also what a client calls with. */
    static <Q extends Message, A extends Message> io.grpc.MethodDescriptor<Q, A> method(
            FileDescriptor file, String service, String method, Q request, A answer) {
        return method(MethodType.UNARY, file, service, method, request, answer);
    }

    /** The same of a call with many answers. */
    static <Q extends Message, A extends Message> io.grpc.MethodDescriptor<Q, A> stream(
            FileDescriptor file, String service, String method, Q request, A answer) {
        return method(MethodType.SERVER_STREAMING, file, service, method, request, answer);
    }

    private static <Q extends Message, A extends Message> io.grpc.MethodDescriptor<Q, A> method(
            MethodType type,
            FileDescriptor file,
            String service,
            String method,
            Q request,
            A answer) {
        return io.grpc.MethodDescriptor.<Q, A>newBuilder()
                .setType(type)
                .setFullMethodName(
                        io.grpc.MethodDescriptor.generateFullMethodName(
                                file.getPackage() + '.' + service, method))
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(answer))
                .build();
    }

    /** All calls that the file has must be bound. */
    ServerServiceDefinition definition() {
        List<String> inFile =
                file.findServiceByName(name).getMethods().stream()
                        .map(MethodDescriptor::getName)
                        .toList();
        if (!new ArrayList<>(calls.keySet()).equals(inFile)) {
            throw new IllegalStateException(
                    fullName() + " has " + inFile + ", bound are " + calls.keySet());
        }
        ServiceDescriptor.Builder service =
                ServiceDescriptor.newBuilder(fullName())
                        .setSchemaDescriptor((ProtoFileDescriptorSupplier) () -> file);
        calls.values().forEach(bound -> service.addMethod(bound.method));
        ServerServiceDefinition.Builder definition =
                ServerServiceDefinition.builder(service.build());
        calls.values().forEach(bound -> add(definition, bound));
        return ServerInterceptors.intercept(definition.build(), new PeerNote());
    }

    /** Who calls, for the thread that answers a call. */
    static String peer() {
        return PEER.get();
    }

    private static final class PeerNote implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
            String peer = remote instanceof InetSocketAddress inet ? text(inet) : "";
            return Contexts.interceptCall(
                    Context.current().withValue(PEER, peer), call, headers, next);
        }

        private static String text(InetSocketAddress address) {
            return address.isUnresolved()
                    ? ""
                    : address.getAddress().getHostAddress() + ":" + address.getPort();
        }
    }

    private <Q extends Message, A extends Message> void add(
            ServerServiceDefinition.Builder to, Bound<Q, A> bound) {
        to.addMethod(bound.method, bound.handler);
    }

    private <Q, A> void answer(
            String method, Call<Q, A> call, Q request, StreamObserver<A> observer) {
        guarded(
                method,
                observer,
                () -> {
                    observer.onNext(call.answer(request));
                    observer.onCompleted();
                });
    }

    /** On a thread of its own: this one is told when the client takes more, or goes. */
    private <Q, A> void begin(
            String method, Stream<Q, A> stream, Q request, StreamObserver<A> observer) {
        GrpcAnswers<A> answers = new GrpcAnswers<>((ServerCallStreamObserver<A>) observer);
        Runnable answering =
                () ->
                        guarded(
                                method,
                                observer,
                                () -> {
                                    stream.answer(request, answers);
                                    if (answers.isWanted()) {
                                        observer.onCompleted();
                                    }
                                });
        Thread.ofVirtual().name("grpc-stream").start(Context.current().wrap(answering));
    }

    /** What answers a request. */
    private interface Answering {
        void run() throws StatusException;
    }

    private void guarded(String method, StreamObserver<?> observer, Answering answering) {
        try {
            answering.run();
        } catch (StatusException wrong) {
            refusals.refused(method, wrong.getStatus());
            observer.onError(wrong);
        } catch (RuntimeException | Error defect) {
            Status status = Status.INTERNAL.withDescription("a defect: " + defect);
            refusals.refused(method, status);
            observer.onError(status.asException());
            throw defect;
        }
    }
}
