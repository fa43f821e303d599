package io.robustmq.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.robustmq.dashboards.Queries.Language;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Queries of Loki, as the editor of Grafana reads them; it is the grammar of Loki's own. */
@NeedsPart(Part.LOGQL_GRAMMAR)
class LogQlGrammarTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void every_query_of_panels_rules_and_runbooks_is_logql() throws Exception {
        List<Queries.Query> queries = new ArrayList<>(Queries.in(Repository.root()));
        queries.removeIf(query -> query.language() != Language.LOGQL);
        assertThat(queries).hasSizeGreaterThan(30);

        List<Integer> errors = errors(queries.stream().map(Queries.Query::query).toList());

        List<String> faults = new ArrayList<>();
        for (int i = 0; i < queries.size(); i++) {
            if (errors.get(i) >= 0) {
                faults.add(queries.get(i) + " at character " + errors.get(i));
            }
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void what_is_no_logql_is_found() throws Exception {
        assertThat(
                        errors(
                                List.of(
                                        "rate({a=\"b\"} [1m])",
                                        "rate({a=\"b\"})",
                                        "sum by a (rate({a=\"b\"}[1m]))",
                                        "{a=\"b\"} | c",
                                        "{}")))
                .containsExactly(-1, 12, 7, 11, 1);
    }

    /** The first character of what is wrong with each, or -1. */
    private static List<Integer> errors(List<String> queries) throws Exception {
        Path script = Path.of(LogQlGrammarTest.class.getResource("logql.js").toURI());
        ProcessBuilder node =
                new ProcessBuilder(Part.LOGQL_GRAMMAR.program("node").toString(), script.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        node.environment().put("NODE_PATH", Part.LOGQL_GRAMMAR.made().resolve("../..").toString());
        Process process = node.start();
        try (Writer input = process.outputWriter(StandardCharsets.UTF_8)) {
            for (String query : queries) {
                input.write(JSON.writeValueAsString(query) + "\n");
            }
        }
        List<Integer> errors = process.inputReader().lines().map(Integer::valueOf).toList();
        assertThat(process.waitFor()).isZero();
        assertThat(errors).hasSameSizeAs(queries);
        return errors;
    }
}
