package io.robustmq.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.stack.LogQl.Sample;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** By the examples of Loki's documentation, in words of ours. */
class LogQlTest {
    private static final long SECOND = 1_000_000_000;

    private static final List<LogEntry> ENTRIES =
            List.of(
                    entry(10, "info", "a", "client a connected", "3"),
                    entry(20, "info", "a", "client a sent 7", "5"),
                    entry(30, "warn", "b", "client b was slow", "8"),
                    entry(70, "error", "b", "{\"n\":{\"m\":1},\"level\":\"x\"}", "x"));

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\0',
            value = {
                "{level=\"info\"};10 20",
                "{level=~\"in.+|warn\"};10 20 30",
                "{level=~\"in\"};",
                "{level!=\"info\", level!~\"w.*\"};70",
                "{level=~\".+\"} |= \"slow\" or \"sent\";20 30",
                "{level=~\".+\"} != \"client\";70",
                "{level=~\".+\"} |~ \"sent [0-9]\";20",
                "{level=~\".+\"} !~ \"^client\";70",
                "{level=~\".+\"} | client=\"a\";10 20",
                "{level=~\".+\"} | client!=\"a\";30 70",
                "{level=~\".+\"} | client=\"b\" or bytes>=5;20 30 70",
                "{level=~\".+\"} | client=\"b\" and bytes>7, level=\"warn\";30",
                "{level=~\".+\"} | absent=\"\";10 20 30 70",
                "{level=~\".+\"} | json | n_m=1;70",
                "{level=~\".+\"} | json | level_extracted=\"x\";70",
                "{level=~\".+\"} | label_format who=client | who=\"a\";10 20",
                "{level=~\".+\"} | label_format who=`{{.client}}!` | who=\"a!\";10 20",
                "{level=~\".+\"} | line_format \"{{.client}}\" |= \"b\";30 70",
                "{level=~\".+\"} | keep client | bytes=\"\" | client=\"a\";10 20",
                "{level=~\".+\"} | drop client | client=\"a\";",
            })
    void lines_are_chosen(String query, String seconds) {
        LogQl.Lines lines = (LogQl.Lines) LogQl.read(query);

        assertThat(lines.pipeline().run(ENTRIES, 0, 100 * SECOND))
                .extracting(line -> "" + line.nanos() / SECOND)
                .containsExactly(
                        seconds == null || seconds.isEmpty() ? new String[0] : seconds.split(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\0',
            value = {
                "sum(count_over_time({level=~\".+\"}[1m]));3.0",
                "sum by (client) (count_over_time({level=~\".+\"}[1m]));2.0 1.0",
                "sum(count_over_time({level=~\".+\"}[1m])) by (client);2.0 1.0",
                "sum without (level, client, bytes) (count_over_time({level=~\".+\"}[1m]));3.0",
                "topk(1, sum by (client) (count_over_time({level=~\".+\"}[1m])));2.0",
                "sum(rate({level=\"info\"}[20s]));0.05",
                "sum(bytes_over_time({client=~\".*\", level=\"info\"}[1m]));33.0",
                "sum_over_time({level=\"info\"} | unwrap bytes [1m]) by (client);8.0",
                "max_over_time({level=~\".+\"} | unwrap bytes [1m]) by (client);5.0 8.0",
                "quantile_over_time(0.5, {level=\"info\"} | unwrap bytes [1m]) by (client);4.0",
                "2 * sum(count_over_time({level=\"info\"}[1m])) + 1;5.0",
                "sum(count_over_time({level=\"none\"}[1m])) or vector(0);0.0",
                "sum by (client) (count_over_time({level=~\".+\"}[1m])) > 1;2.0",
            })
    void numbers_are_those_of_the_range_before_a_moment(String query, String values) {
        LogQl.Numbers numbers = (LogQl.Numbers) LogQl.read(query);

        assertThat(numbers.metric().at(30 * SECOND, ENTRIES))
                .extracting(sample -> "" + sample.value())
                .containsExactly(values.split(" "));
    }

    @Test
    void a_series_has_the_labels_that_it_is_grouped_by() {
        LogQl.Numbers numbers =
                (LogQl.Numbers)
                        LogQl.read("sum by (level) (count_over_time({level=~\".+\"}[100s]))");

        assertThat(numbers.metric().at(100 * SECOND, ENTRIES))
                .contains(new Sample(Map.of("level", "info"), 2))
                .hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{level=\"a\"",
                "{level=\"a\"} | pattern `<a>`",
                "{level=\"a\"} | line_format `{{if .a}}b{{end}}`",
                "{level=\"a\"} | unwrap duration(a)",
                "absent_over_time({level=\"a\"}[1m])",
                "sum(count_over_time({level=\"a\"}))",
                "sum(sum_over_time({level=\"a\"}[1m]))",
                "{level=\"a\"} {level=\"b\"}",
                "rate({level=\"a\"}[$__range])",
            })
    void what_is_not_known_is_refused(String query) {
        assertThatThrownBy(() -> LogQl.read(query)).isInstanceOf(IllegalArgumentException.class);
    }

    private static LogEntry entry(
            long second, String level, String client, String line, String bytes) {
        return new LogEntry(
                second * SECOND,
                Map.of("level", level),
                Map.of("client", client, "bytes", bytes),
                line);
    }
}
