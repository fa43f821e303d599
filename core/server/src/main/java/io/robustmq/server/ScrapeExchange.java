package io.robustmq.server;

import com.sun.net.httpserver.HttpExchange;
import io.prometheus.metrics.exporter.common.PrometheusHttpExchange;
import io.prometheus.metrics.exporter.common.PrometheusHttpRequest;
import io.prometheus.metrics.exporter.common.PrometheusHttpResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One exchange of the JDK's HTTP server as the Prometheus library wants to see it. */
final class ScrapeExchange
        implements PrometheusHttpExchange, PrometheusHttpRequest, PrometheusHttpResponse {
    private final HttpExchange exchange;
    private boolean answered;

    ScrapeExchange(HttpExchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public PrometheusHttpRequest getRequest() {
        return this;
    }

    @Override
    public PrometheusHttpResponse getResponse() {
        return this;
    }

    @Override
    public @Nullable String getQueryString() {
        return exchange.getRequestURI().getRawQuery();
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return Collections.enumeration(exchange.getRequestHeaders().getOrDefault(name, List.of()));
    }

    @Override
    public String getMethod() {
        return exchange.getRequestMethod();
    }

    @Override
    public String getRequestPath() {
        return exchange.getRequestURI().getPath();
    }

    @Override
    public void setHeader(String name, String value) {
        exchange.getResponseHeaders().set(name, value);
    }

    @Override
    public OutputStream sendHeadersAndGetBody(int status, int length) throws IOException {
        answered = true;
        // -1 tells the JDK's server that no body follows, 0 that its length is not known
        boolean noBody = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, noBody ? -1 : length);
        return noBody ? OutputStream.nullOutputStream() : exchange.getResponseBody();
    }

    @Override
    public void handleException(IOException failure) throws IOException {
        throw failure; // the client went; the JDK's server closes the connection
    }

    @Override
    public void handleException(RuntimeException failure) {
        if (answered) {
            throw failure;
        }
        byte[] body =
                ("a defect while collecting: " + failure + "\n").getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = sendHeadersAndGetBody(500, body.length)) {
            out.write(body);
        } catch (IOException gone) {
            failure.addSuppressed(gone);
            throw failure;
        }
    }

    @Override
    public void close() {
        exchange.close();
    }
}
