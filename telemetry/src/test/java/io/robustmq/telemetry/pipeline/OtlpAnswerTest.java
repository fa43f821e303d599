package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.robustmq.telemetry.pipeline.PipelineSettings.OtlpProtocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a batch, by the collector's answer. */
class OtlpAnswerTest {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-11-25T12:00:00Z"));
    private static final byte[] NOTHING = {};

    /** partial_success { rejected_log_records: 3, error_message: "no" } */
    private static final byte[] PARTIAL = HexFormat.of().parseHex("0a06080312026e6f");

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 204})
    void two_hundreds_without_a_body_are_success(int status) {
        assertThatCode(() -> http(status, "", NOTHING)).doesNotThrowAnyException();
    }

    @Test
    void success_may_have_an_empty_partial_success() {
        byte[] noneRejected = HexFormat.of().parseHex("0a00");
        assertThatCode(() -> http(200, "application/x-protobuf", noneRejected))
                .doesNotThrowAnyException();
        assertThatCode(() -> http(200, "application/json", utf8("{\"partialSuccess\":{}}")))
                .doesNotThrowAnyException();
        assertThatCode(() -> grpc("0", NOTHING)).doesNotThrowAnyException();
        assertThatCode(() -> grpc("0", noneRejected)).doesNotThrowAnyException();
    }

    @Test
    void partial_success_says_how_many_and_why() {
        for (Throwable thrown :
                new Throwable[] {
                    catchThrowable(() -> http(200, "application/x-protobuf", PARTIAL)),
                    catchThrowable(() ->
                            http(
                                    200,
                                    "application/json",
                                    utf8(
                                            "{\"partialSuccess\":{\"rejectedLogRecords\":\"3\",\"errorMessage\":\"no\"}}"))),
                    catchThrowable(() -> grpc("0", PARTIAL))
                }) {
            assertThat(thrown)
                    .isInstanceOf(Sink.PartlyRefusedException.class)
                    .hasMessage("3 rejected: no");
            assertThat(((Sink.PartlyRefusedException) thrown).refused()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "text/html, <html>hello</html>",
        "application/x-protobuf, <html>",
        "application/json, []",
        "application/json, {\"partial",
        "text/plain, OK",
    })
    void what_is_no_otlp_is_no_success(String type, String body) {
        assertThat(catchThrowable(() -> http(200, type, utf8(body))))
                .isExactlyInstanceOf(IOException.class)
                .hasMessageStartingWith("HTTP 200 with an answer that is not OTLP: ");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 413, 422})
    void what_is_the_batchs_fault_is_refused(int status) {
        assertThat(catchThrowable(() -> http(status, "text/plain", utf8("bad\nbatch"))))
                .isInstanceOf(Sink.RefusedException.class)
                .hasMessage("HTTP " + status + " Said: bad batch");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 401, 403, 404, 405, 408, 415, 429, 501, 502, 503, 504, 505})
    void what_somebody_can_mend_is_tried_again(int status) {
        assertThat(catchThrowable(() -> http(status, "text/plain", NOTHING)))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("HTTP " + status + " Said");
    }

    @Test
    void a_plain_request_to_a_tls_port_is_tried_again_though_it_is_a_400() {
        byte[] body = utf8("Client sent an HTTP request to an HTTPS server.");
        assertThat(catchThrowable(() -> http(400, "text/plain", body)))
                .isExactlyInstanceOf(IOException.class)
                .hasMessageContaining("HTTPS");
    }

    @Test
    void a_failure_there_is_unclear() {
        assertThat(catchThrowable(() -> http(500, "", NOTHING)))
                .isInstanceOf(OtlpAnswer.UnclearException.class);
        for (String code : new String[] {"2", "6", "9", "13"}) {
            assertThat(catchThrowable(() -> grpc(code, NOTHING)))
                    .isInstanceOf(OtlpAnswer.UnclearException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "7, PT7S",
        "0, PT0S",
        "86400, PT5M",
        "'Wed, 25 Nov 2026 12:00:30 GMT', PT30S",
        "'Wed, 25 Nov 2026 11:00:00 GMT', PT0S",
        "'Thu, 25 Nov 2027 12:00:00 GMT', PT5M",
    })
    void retry_after_is_seconds_or_a_date_and_bounded(String value, Duration expected) {
        for (int status : new int[] {429, 502, 503, 504}) {
            OtlpAnswer answer = new OtlpAnswer(status, "", Map.of("retry-after", value), NOTHING);
            Throwable thrown = catchThrowable(() -> answer.check(OtlpProtocol.HTTP, CLOCK));
            assertThat(thrown).isInstanceOf(Sink.BusyException.class);
            assertThat(((Sink.BusyException) thrown).retryAfter()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-1", "99999999999", ""})
    void a_retry_after_that_says_nothing_leaves_the_time_to_us(String value) {
        OtlpAnswer answer = new OtlpAnswer(503, "", Map.of("retry-after", value), NOTHING);
        assertThat(catchThrowable(() -> answer.check(OtlpProtocol.HTTP, CLOCK)))
                .isExactlyInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @CsvSource({"8, RESOURCE_EXHAUSTED", "14, UNAVAILABLE"})
    void retry_info_says_when_to_come_again(String code, String name) {
        Map<String, String> trailers = new HashMap<>();
        trailers.put("grpc-status", code);
        trailers.put("grpc-message", "slow%20down");
        trailers.put("grpc-status-details-bin", retryInfo());
        Throwable thrown =
                catchThrowable(() ->
                        new OtlpAnswer(200, "", trailers, NOTHING).check(OtlpProtocol.GRPC, CLOCK));
        assertThat(thrown)
                .isInstanceOf(Sink.BusyException.class)
                .hasMessage("gRPC " + name + ": slow down");
        assertThat(((Sink.BusyException) thrown).retryAfter()).isEqualTo(Duration.ofMillis(7500));
    }

    @Test
    void grpcs_refusals_are_about_the_batch() {
        assertThat(catchThrowable(() -> grpc("3", NOTHING)))
                .isInstanceOf(Sink.RefusedException.class)
                .hasMessage("gRPC INVALID_ARGUMENT: ");
        Map<String, String> trailers =
                Map.of(
                        "grpc-status", "8",
                        "grpc-message", "received message larger than max (5 vs. 4)");
        assertThat(
                        catchThrowable(() ->
                                new OtlpAnswer(200, "", trailers, NOTHING)
                                        .check(OtlpProtocol.GRPC, CLOCK)))
                .isInstanceOf(Sink.RefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "4", "5", "7", "8", "10", "11", "12", "14", "15", "16", "99"})
    void grpcs_other_codes_are_tried_again(String code) {
        assertThat(catchThrowable(() -> grpc(code, NOTHING)))
                .isExactlyInstanceOf(IOException.class)
                .hasMessageStartingWith("gRPC ");
    }

    @Test
    void grpc_without_status_or_with_a_broken_message_is_no_success() {
        assertThat(
                        catchThrowable(() ->
                                new OtlpAnswer(
                                                200,
                                                "",
                                                Map.of("content-type", "text/html"),
                                                NOTHING)
                                        .check(OtlpProtocol.GRPC, CLOCK)))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("HTTP 200 with an answer that is not gRPC: text/html");
        for (String frame : new String[] {"", "01000000000a", "00000000ff", "000000000108"}) {
            OtlpAnswer answer =
                    new OtlpAnswer(
                            200, "", Map.of("grpc-status", "0"), HexFormat.of().parseHex(frame));
            assertThat(catchThrowable(() -> answer.check(OtlpProtocol.GRPC, CLOCK)))
                    .as(frame)
                    .isExactlyInstanceOf(IOException.class);
        }
    }

    @Test
    void grpcs_answer_may_be_compressed() throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.writeBytes(new byte[5]);
        try (Gzip compressing = new Gzip(frame)) {
            compressing.write(PARTIAL);
        }
        byte[] body = frame.toByteArray();
        ByteBuffer.wrap(body).put((byte) 1).putInt(body.length - 5);
        OtlpAnswer answer =
                new OtlpAnswer(200, "", Map.of("grpc-status", "0", "grpc-encoding", "gzip"), body);
        assertThat(catchThrowable(() -> answer.check(OtlpProtocol.GRPC, CLOCK)))
                .isInstanceOf(Sink.PartlyRefusedException.class);
    }

    private static void http(int status, String type, byte[] body) throws IOException {
        new OtlpAnswer(status, "Said", Map.of("content-type", type), body)
                .check(OtlpProtocol.HTTP, CLOCK);
    }

    private static void grpc(String code, byte[] message) throws IOException {
        byte[] frame = new byte[5 + message.length];
        frame[4] = (byte) message.length;
        System.arraycopy(message, 0, frame, 5, message.length);
        new OtlpAnswer(200, "", Map.of("grpc-status", code), frame).check(OtlpProtocol.GRPC, CLOCK);
    }

    /**
     * Status { details: Any { type_url, value: RetryInfo { retry_delay { 7 s, 500000000 ns } } } }
     */
    static String retryInfo() {
        String url = HexFormat.of().formatHex(utf8("type.googleapis.com/google.rpc.RetryInfo"));
        String info = "0a08" + "0807" + "1080cab5ee01";
        String any = "0a28" + url + "120a" + info;
        byte[] status = HexFormat.of().parseHex("1a" + "36" + any);
        return Base64.getEncoder().withoutPadding().encodeToString(status);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
