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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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

    /** Answers a first request until it returns; others may follow that one. */
    interface Stream<Q, A> {
        /** May wait: it has a thread of its own. */
        void answer(Q first, GrpcAnswers<A> answers) throws StatusException;

        /** Another request, on the thread that it came on: must not wait. */
        void more(Q request, GrpcAnswers<A> answers);
    }

    /** Answers requests one after the other, on the thread that they come on: must not wait. */
    interface Talk<Q, A> {
        /** Null is no answer. An error ends the call. */
        @Nullable A answer(Q request) throws StatusException;
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

    /** The same for one that has many answers, and requests. */
    <Q extends Message, A extends Message> GrpcService bindStream(
            String method, Q request, A answer, Stream<Q, A> stream) {
        calls.put(
                method,
                new Bound<>(
                        stream(file, name, method, request, answer),
                        ServerCalls.asyncBidiStreamingCall(
                                observer -> new Requests<>(method, stream, observer))));
        return this;
    }

    /**
     * The same for one that answers some of the requests.
     *
     * @param begin once for each call
     */
    <Q extends Message, A extends Message> GrpcService bindTalk(
            String method, Q request, A answer, Supplier<? extends Talk<Q, A>> begin) {
        calls.put(
                method,
                new Bound<>(
                        stream(file, name, method, request, answer),
                        ServerCalls.asyncBidiStreamingCall(
                                observer -> new Talking<>(method, begin.get(), observer))));
        return this;
    }

    /** Also what a client calls with. */
    static <Q extends Message, A extends Message> io.grpc.MethodDescriptor<Q, A> method(
            FileDescriptor file, String service, String method, Q request, A answer) {
        return method(MethodType.UNARY, file, service, method, request, answer);
    }

    /** The same of a call with many answers, and requests. */
    static <Q extends Message, A extends Message> io.grpc.MethodDescriptor<Q, A> stream(
            FileDescriptor file, String service, String method, Q request, A answer) {
        return method(MethodType.BIDI_STREAMING, file, service, method, request, answer);
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

    /** Those of one stream, one after the other. */
    private final class Requests<Q, A> implements StreamObserver<Q> {
        private final String method;
        private final Stream<Q, A> stream;
        private final StreamObserver<A> observer;
        private final GrpcAnswers<A> answers;
        private boolean begun;

        Requests(String method, Stream<Q, A> stream, StreamObserver<A> observer) {
            this.method = method;
            this.stream = stream;
            this.observer = observer;
            this.answers = new GrpcAnswers<>((ServerCallStreamObserver<A>) observer);
        }

        @Override
        public void onNext(Q request) {
            if (begun) {
                stream.more(request, answers);
                return;
            }
            begun = true;
            // this thread is told when the client takes more, or goes
            Runnable answering = () -> guarded(method, observer, () -> answer(request));
            Thread.ofVirtual().name("grpc-stream").start(Context.current().wrap(answering));
        }

        private void answer(Q first) throws StatusException {
            stream.answer(first, answers);
            if (answers.isWanted()) {
                observer.onCompleted();
            }
        }

        /** The answers are not wanted any more, and are told so. */
        @Override
        public void onError(Throwable gone) {}

        /** No more requests; the answers go on. */
        @Override
        public void onCompleted() {
            if (!begun) {
                observer.onCompleted();
            }
        }
    }

    /** Those of one talk, one after the other. */
    private final class Talking<Q, A> implements StreamObserver<Q> {
        private final String method;
        private final Talk<Q, A> talk;
        private final StreamObserver<A> observer;
        private boolean ended;

        Talking(String method, Talk<Q, A> talk, StreamObserver<A> observer) {
            this.method = method;
            this.talk = talk;
            this.observer = observer;
            // else an answer to one who has gone would be an exception
            ((ServerCallStreamObserver<A>) observer).setOnCancelHandler(() -> {});
        }

        @Override
        public void onNext(Q request) {
            if (!ended) {
                ended = true;
                guarded(method, observer, () -> answer(request));
            }
        }

        private void answer(Q request) throws StatusException {
            A answer = talk.answer(request);
            if (answer != null) {
                observer.onNext(answer);
            }
            ended = false;
        }

        @Override
        public void onError(Throwable gone) {
            ended = true;
        }

        @Override
        public void onCompleted() {
            if (!ended) {
                observer.onCompleted();
            }
        }
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
