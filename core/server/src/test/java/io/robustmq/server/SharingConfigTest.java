package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.BrokerSettings.ShareStrategy;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tomlj.Toml;
import org.tomlj.TomlArray;

/** How strategies of single groups are written. */
class SharingConfigTest {
    private final ValueKind kind = new StrategiesKind();

    private String inFile(String list) {
        TomlArray array = Objects.requireNonNull(Toml.parse("x = " + list).getArray("x"));
        return String.valueOf(kind.read(array));
    }

    @Test
    void each_group_may_have_its_own() {
        Map<String, ShareStrategy> wanted =
                Map.of("a", ShareStrategy.HASH_TOPIC, "b=c", ShareStrategy.STICKY);
        assertThat(kind.readText("a=hash-topic,b=c=sticky")).isEqualTo(wanted);
        assertThat(kind.readText("")).isEqualTo(Map.of());
        assertThat(inFile("[\"a=round-robin\"]")).isEqualTo("{a=ROUND_ROBIN}");
        for (ShareStrategy strategy :
                List.of(
                        ShareStrategy.RANDOM,
                        ShareStrategy.HASH_CLIENT,
                        ShareStrategy.LEAST_IN_FLIGHT)) {
            String name = strategy.name().toLowerCase(Locale.ROOT).replace('_', '-');
            assertThat(kind.readText("g=" + name)).isEqualTo(Map.of("g", strategy));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a=",
                "=sticky",
                "a=often",
                "a/b=sticky",
                "a+=sticky",
                "a=sticky,a=random"
            })
    void what_is_none_is_refused(String written) {
        assertThat(kind.readText(written)).isNull();
        assertThat(kind.allowed()).contains("round-robin", "least-in-flight");
    }
}
