package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.protocol.MqttVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PublishAllocationTest {
    /** Bytes a message: one object would be 16. */
    private static final double TOLERANCE = 0.9;

    @ParameterizedTest
    @CsvSource({"V3_1_1, 0", "V3_1_1, 1", "V5, 0", "V5, 1"})
    void a_message_that_is_not_traced_costs_no_more_heap_than_with_tracing_off(
            MqttVersion version, int qos) throws Exception {
        PublishAllocation.Each each =
                PublishAllocation.measure(version, qos, PublishAllocation.UNTRACED);
        assertThat(each.on()).as(each.toString()).isLessThan(each.off() + TOLERANCE);
    }
}
