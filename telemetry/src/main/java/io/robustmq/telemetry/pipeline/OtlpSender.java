package io.robustmq.telemetry.pipeline;

import io.opentelemetry.exporter.internal.marshal.Marshaler;
import io.robustmq.telemetry.pipeline.PipelineSettings.Compression;
import io.robustmq.telemetry.pipeline.PipelineSettings.OtlpProtocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Sends one signal's batches to a collector, one after another, and reads the answers. After a
 * failure it connects anew: names are looked up and certificates read again. One thread.
 */
final class OtlpSender implements AutoCloseable {
    /** For the client's own time-out to come first. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private static final int GRPC_PREFIX_BYTES = 5;
    private static final MediaType PROTOBUF = MediaType.get("application/x-protobuf");
    private static final MediaType GRPC = MediaType.get("application/grpc");

    private final PipelineSettings.Otlp settings;
    private final InstantSource clock;
    private final String url;
    private final TlsFiles tls;

    // for the connection
    private @Nullable OkHttpClient client;
    private TlsFiles.@Nullable Loaded clientTls;

    OtlpSender(PipelineSettings.Otlp common, OtlpSignal signal, InstantSource clock) {
        this.settings = common.of(signal);
        this.clock = clock;
        this.url = url(settings, signal);
        this.tls = new TlsFiles(settings.options().tls());
    }

    private static String url(PipelineSettings.Otlp settings, OtlpSignal signal) {
        URI own = settings.options().endpoints().get(signal);
        String base = (own == null ? settings.endpoint() : own).toString();
        return switch (settings.protocol()) {
            case GRPC -> below(base, signal.grpcPath());
            case HTTP -> own == null ? below(base, signal.httpPath()) : base;
        };
    }

    private static String below(String base, String path) {
        return base.endsWith("/") ? base + path : base + "/" + path;
    }

    String url() {
        return url;
    }

    /** Returns when the other end has confirmed; throws as {@link Sink#ship} does. */
    void send(Marshaler message) throws IOException, InterruptedException {
        try {
            Call call = client().newCall(request(message));
            answer(call).check(settings.protocol(), clock);
        } catch (Sink.RefusedException e) {
            throw new Sink.RefusedException(at(e));
        } catch (Sink.PartlyRefusedException e) {
            throw new Sink.PartlyRefusedException(e.refused(), at(e));
        } catch (Sink.BusyException e) {
            throw new Sink.BusyException(e.retryAfter(), at(e));
        } catch (OtlpAnswer.UnclearException e) {
            throw new OtlpAnswer.UnclearException(at(e));
        } catch (IOException e) {
            close();
            throw new IOException(at(e)); // without cause: that would be told instead of this
        }
    }

    private String at(IOException e) {
        return url + ": " + e.getMessage();
    }

    private OtlpAnswer answer(Call call) throws IOException, InterruptedException {
        CompletableFuture<OtlpAnswer> coming = new CompletableFuture<>();
        call.enqueue(new Reader(coming));
        boolean done = false;
        try {
            OtlpAnswer answer =
                    coming.get(settings.timeout().plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
            done = true;
            return answer;
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw cause instanceof InterruptedIOException // the library's time-outs
                    ? noAnswer(cause)
                    : new IOException(Reasons.of(cause), cause);
        } catch (TimeoutException e) {
            throw noAnswer(e);
        } finally {
            if (!done) {
                call.cancel();
            }
        }
    }

    private IOException noAnswer(Throwable cause) {
        return new IOException("no answer within " + settings.timeout().toMillis() + " ms", cause);
    }

    private record Reader(CompletableFuture<OtlpAnswer> to) implements Callback {
        @Override
        public void onFailure(Call call, IOException e) {
            to.completeExceptionally(e);
        }

        @Override
        public void onResponse(Call call, Response response) {
            try (response) {
                byte[] body = response.body().byteStream().readNBytes(OtlpAnswer.MAX_BYTES + 1);
                if (body.length > OtlpAnswer.MAX_BYTES) {
                    throw new IOException(
                            "HTTP "
                                    + response.code()
                                    + " with an answer that is not OTLP: it is longer than "
                                    + OtlpAnswer.MAX_BYTES
                                    + " bytes");
                }
                Map<String, String> headers = new HashMap<>();
                put(response.headers(), headers);
                if (response.protocol() != Protocol.HTTP_1_1) {
                    put(response.trailers(), headers);
                }
                to.complete(new OtlpAnswer(response.code(), response.message(), headers, body));
            } catch (IOException | RuntimeException e) {
                to.completeExceptionally(e);
            }
        }

        private static void put(Headers from, Map<String, String> to) {
            for (String name : from.names()) {
                String value = from.get(name);
                to.put(name.toLowerCase(Locale.ROOT), value == null ? "" : value);
            }
        }
    }

    // The request

    private Request request(Marshaler message) throws IOException {
        boolean grpc = settings.protocol() == OtlpProtocol.GRPC;
        boolean gzip = settings.options().compression() == Compression.GZIP;
        byte[] body = body(message, grpc, gzip);
        Request.Builder request = new Request.Builder().url(url);
        settings.options().headers().forEach((name, value) -> request.header(name, value.value()));
        request.header("User-Agent", "RobustMQ");
        if (grpc) {
            request.header("te", "trailers");
            request.header("grpc-timeout", settings.timeout().toMillis() + "m");
            request.header("grpc-accept-encoding", "identity,gzip");
        }
        if (gzip) {
            request.header(grpc ? "grpc-encoding" : "Content-Encoding", "gzip");
        }
        return request.post(RequestBody.create(body, grpc ? GRPC : PROTOBUF)).build();
    }

    /** For gRPC with its prefix: whether it is compressed, and its length. */
    private static byte[] body(Marshaler message, boolean grpc, boolean gzip) throws IOException {
        int prefix = grpc ? GRPC_PREFIX_BYTES : 0;
        int size = prefix + message.getBinarySerializedSize();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(gzip ? size / 4 + 64 : size);
        bytes.writeBytes(new byte[prefix]);
        if (gzip) {
            try (OutputStream compressing = new Gzip(bytes)) {
                message.writeBinaryTo(compressing);
            }
        } else {
            message.writeBinaryTo(bytes);
        }
        byte[] body = bytes.toByteArray();
        if (grpc) {
            ByteBuffer.wrap(body).put((byte) (gzip ? 1 : 0)).putInt(body.length - prefix);
        }
        return body;
    }

    // The connection

    private OkHttpClient client() throws IOException {
        boolean encrypted = url.startsWith("https:");
        TlsFiles.Loaded files = encrypted ? tls.current() : null;
        OkHttpClient open = client;
        if (open != null && !Objects.equals(files, clientTls)) {
            disconnect(); // a certificate was renewed
            open = null;
        }
        if (open == null) {
            open = connecting(files);
            client = open;
            clientTls = files;
        }
        return open;
    }

    private OkHttpClient connecting(TlsFiles.@Nullable Loaded files) {
        ExecutorService readers =
                Executors.newCachedThreadPool(task ->
                        Thread.ofPlatform()
                                .daemon()
                                .name("otlp-answer")
                                .unstarted(Background.of(task)));
        OkHttpClient.Builder builder =
                new OkHttpClient.Builder()
                        .dispatcher(new Dispatcher(readers))
                        .connectionPool(new ConnectionPool(1, 1, TimeUnit.MINUTES))
                        .socketFactory(new PromptSockets())
                        .connectTimeout(settings.timeout())
                        .readTimeout(settings.timeout())
                        .writeTimeout(settings.timeout())
                        .callTimeout(settings.timeout())
                        // headers with secrets do not follow to where nobody sent them
                        .followRedirects(false)
                        .followSslRedirects(false);
        if (settings.protocol() == OtlpProtocol.GRPC) {
            builder.protocols(
                    files == null
                            ? List.of(Protocol.H2_PRIOR_KNOWLEDGE)
                            : List.of(Protocol.HTTP_2, Protocol.HTTP_1_1));
        }
        if (files != null) {
            builder.sslSocketFactory(files.context().getSocketFactory(), files.trust());
        }
        return builder.build();
    }

    private void disconnect() {
        OkHttpClient open = client;
        client = null;
        if (open != null) {
            open.dispatcher().cancelAll();
            open.connectionPool().evictAll();
            open.dispatcher().executorService().shutdown();
        }
    }

    /** Gives up the connection; the next batch makes another. */
    @Override
    public void close() {
        disconnect();
        tls.forget();
    }
}
