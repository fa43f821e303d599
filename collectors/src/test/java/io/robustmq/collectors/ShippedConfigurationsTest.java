package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.telemetry.catalogue.Field;
import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The files that people take from here. */
final class ShippedConfigurationsTest {
    private static final Path SCRIPT =
            Repository.root().resolve("collectors/fluent-bit/robustmq.lua");
    private static final Pattern RENAMED = Pattern.compile("\\[\"(.+?)\"] = \"(.+?)\"");

    @Test
    void fluent_bit_s_script_names_the_fields_as_the_catalogue_does() throws IOException {
        Map<String, String> fieldOf = new TreeMap<>();
        Matcher line = RENAMED.matcher(Files.readString(SCRIPT));
        while (line.find()) {
            fieldOf.put(line.group(1), line.group(2));
        }

        Map<String, String> catalogued = new TreeMap<>();
        Catalogue.read().events().stream()
                .flatMap(event -> event.fields().stream())
                .filter(field -> !field.attribute().equals("robustmq." + field.name()))
                .forEach(field -> catalogued.put(field.attribute(), field.name()));

        assertThat(fieldOf).isEqualTo(catalogued);
    }

    @Test
    void an_attribute_stands_for_one_field_only_or_no_script_could_name_it() {
        Map<String, String> fieldOf = new TreeMap<>();
        for (Field field :
                Catalogue.read().events().stream().flatMap(e -> e.fields().stream()).toList()) {
            String other = fieldOf.putIfAbsent(field.attribute(), field.name());
            assertThat(other).isIn(null, field.name());
        }
    }
}
