package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fluent Bit is in no registry, so its files are held to what its documentation names, to what they
 * name of each other, and the classic ones to the YAML ones.
 */
@NeedsPart(Part.PACKAGING)
final class FluentBitTest {
    private static final Path FOLDER = Packaging.COLLECTORS.resolve("fluent-bit");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([a-z0-9_]+)}");

    /** What includes the others. */
    private static final List<String> MAIN = List.of("fluent-bit", "tail", "kubernetes");

    /** By kind and plugin, such as {@code input tail}; {@code service} has no plugin. */
    private static final Map<String, Set<String>> KNOWN = known();

    /** A section of a file: what it is of, and each property with its values in order. */
    private record Section(String kind, Map<String, List<String>> properties) {
        String plugin() {
            return first("name");
        }

        String first(String property) {
            return properties.getOrDefault(property, List.of("")).getFirst();
        }

        String name() {
            return (kind + " " + plugin()).strip();
        }
    }

    static Stream<String> files() throws IOException {
        try (Stream<Path> all = Files.list(FOLDER)) {
            return all
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml"))
                    .map(name -> name.substring(0, name.length() - ".yaml".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void the_classic_file_says_the_same_as_the_yaml_one(String file) throws IOException {
        JsonNode yaml = Packaging.yaml("fluent-bit/" + file + ".yaml");
        List<String> lines = Files.readAllLines(FOLDER.resolve(file + ".conf"));

        assertThat(classic(lines)).isEqualTo(sections(yaml));
        assertThat(directives(lines, "@SET ")).containsExactlyInAnyOrderElementsOf(variables(yaml));
        List<String> includes = new ArrayList<>();
        yaml.path("includes")
                .forEach(each -> includes.add(each.asText().replace(".yaml", ".conf")));
        assertThat(directives(lines, "@INCLUDE ")).isEqualTo(includes);
    }

    @ParameterizedTest
    @MethodSource("files")
    void each_plugin_and_property_is_one_that_fluent_bit_knows(String file) {
        JsonNode yaml = Packaging.yaml("fluent-bit/" + file + ".yaml");
        assertThat(names(yaml)).isSubsetOf("env", "includes", "service", "pipeline");
        assertThat(names(yaml.path("pipeline"))).isSubsetOf("inputs", "filters", "outputs");
        for (Section section : sections(yaml)) {
            assertThat(KNOWN).as(file).containsKey(section.name());
            assertThat(section.properties().keySet())
                    .as("%s: %s", file, section.name())
                    .allMatch(property -> isKnown(section, property), "known to Fluent Bit");
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void what_a_file_names_is_there(String file) throws IOException {
        JsonNode yaml = Packaging.yaml("fluent-bit/" + file + ".yaml");
        String text = Files.readString(FOLDER.resolve(file + ".yaml"));
        Set<String> set = new TreeSet<>(names(yaml.path("env")));
        if (!MAIN.contains(file)) {
            set.addAll(setByAll());
        }
        String read = text.replaceAll("(?m)^ *#.*$", "");
        assertThat(VARIABLE.matcher(read).results().map(found -> found.group(1))).isSubsetOf(set);
        yaml.path("includes").forEach(each -> assertThat(FOLDER.resolve(each.asText())).exists());
        String lua = Files.readString(FOLDER.resolve("robustmq.lua"));
        String parsers = Files.readString(FOLDER.resolve("parsers.conf"));
        for (Section section : sections(yaml)) {
            if (section.plugin().equals("lua")) {
                assertThat(section.properties()).containsEntry("script", List.of("robustmq.lua"));
                assertThat(lua).contains("\nfunction " + section.first("call") + "(");
            }
            if (section.plugin().equals("parser")) {
                for (String parser : section.properties().getOrDefault("parser", List.of())) {
                    assertThat(parsers).containsPattern("(?m)^ *Name +" + parser + "$");
                }
            }
        }
    }

    @Test
    void who_reads_which_way_out_there_is_finds_all_of_them_in_the_files_that_include_them()
            throws IOException {
        List<String> outputs = files().filter(file -> file.startsWith("out-")).toList();
        assertThat(outputs)
                .contains("out-loki", "out-elasticsearch", "out-s3", "out-kafka", "out-prometheus");
        for (String file : List.of("fluent-bit", "tail")) {
            assertThat(Files.readString(FOLDER.resolve(file + ".yaml")))
                    .contains(outputs.stream().map(each -> "- " + each + ".yaml").toList());
        }
    }

    private static Set<String> setByAll() {
        Set<String> all = null;
        for (String file : MAIN) {
            Set<String> here = names(Packaging.yaml("fluent-bit/" + file + ".yaml").path("env"));
            if (all == null) {
                all = new TreeSet<>(here);
            } else {
                all.retainAll(here);
            }
        }
        return all == null ? Set.of() : all;
    }

    private static boolean isKnown(Section section, String property) {
        String of = section.kind();
        return KNOWN.getOrDefault(section.name(), Set.of()).contains(property)
                || KNOWN.getOrDefault("every " + of, Set.of()).contains(property)
                || (section.name().equals("output kafka") && property.startsWith("rdkafka."));
    }

    /** In the order in which they stand; what processors do is done by filters behind it. */
    private static List<Section> sections(JsonNode yaml) {
        List<Section> sections = new ArrayList<>();
        if (yaml.has("service")) {
            sections.add(section("service", yaml.path("service")));
        }
        JsonNode pipeline = yaml.path("pipeline");
        for (JsonNode input : pipeline.path("inputs")) {
            sections.add(section("input", input));
            // the tag that the broker sends its events with by the forward protocol
            sections.addAll(processors(input, input.path("tag").asText("robustmq")));
        }
        pipeline.path("filters").forEach(each -> sections.add(section("filter", each)));
        for (JsonNode output : pipeline.path("outputs")) {
            sections.addAll(processors(output, output.path("match").asText()));
            sections.add(section("output", output));
        }
        return sections;
    }

    private static List<Section> processors(JsonNode of, String match) {
        List<Section> filters = new ArrayList<>();
        assertThat(names(of.path("processors"))).isSubsetOf("logs");
        for (JsonNode processor : of.path("processors").path("logs")) {
            Section filter = section("filter", processor);
            filter.properties().put("match", List.of(match));
            filters.add(filter);
        }
        return filters;
    }

    private static Section section(String kind, JsonNode node) {
        Section section = new Section(kind, new TreeMap<>());
        node.properties()
                .forEach(entry -> {
                    List<String> values = new ArrayList<>();
                    if (entry.getValue().isArray()) {
                        entry.getValue().forEach(value -> values.add(value.asText()));
                    } else {
                        values.add(entry.getValue().asText());
                    }
                    if (!entry.getKey().equals("processors")) {
                        section.properties().put(entry.getKey(), values);
                    }
                });
        return section;
    }

    private static List<Section> classic(List<String> lines) {
        List<Section> sections = new ArrayList<>();
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#") || line.startsWith("@")) {
                continue;
            }
            if (line.startsWith("[")) {
                String kind = line.substring(1, line.length() - 1).toLowerCase(Locale.ROOT);
                sections.add(new Section(kind, new TreeMap<>()));
                continue;
            }
            String[] pair = line.strip().split(" +", 2);
            sections.getLast()
                    .properties()
                    .computeIfAbsent(pair[0], key -> new ArrayList<>())
                    .add(pair[1]);
        }
        return sections;
    }

    private static List<String> directives(List<String> lines, String directive) {
        return lines.stream()
                .filter(line -> line.startsWith(directive))
                .map(line -> line.substring(directive.length()))
                .toList();
    }

    private static List<String> variables(JsonNode yaml) {
        return yaml.path("env").properties().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue().asText())
                .toList();
    }

    private static Set<String> names(JsonNode node) {
        Set<String> names = new HashSet<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Map<String, Set<String>> known() {
        Map<String, Set<String>> known = new TreeMap<>();
        try (InputStream in = FluentBitTest.class.getResourceAsStream("/fluent-bit-5.1.txt")) {
            String text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            for (MatchResult line :
                    Pattern.compile("(?m)^([a-z][a-z0-9_ ]*): (.*)$")
                            .matcher(text)
                            .results()
                            .toList()) {
                known.put(line.group(1), new HashSet<>(Arrays.asList(line.group(2).split(" "))));
            }
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
        return known;
    }
}
