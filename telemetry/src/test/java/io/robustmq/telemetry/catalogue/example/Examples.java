package io.robustmq.telemetry.catalogue.example;

import io.robustmq.telemetry.event.Doc;
import io.robustmq.telemetry.event.EventType;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.Volume;
import java.util.List;

/** One category each; all but the first break one rule. */
public final class Examples {
    private Examples() {}

    public sealed interface ExampleEvent {
        @EventType(
                name = "example.happened",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "It did.",
                action = "Nothing.")
        record Happened(@Doc(value = "Size", unit = "By") long sizeBytes) implements ExampleEvent {}
    }

    public sealed interface WrongCategory {
        @EventType(
                name = "other.happened",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "It did.",
                action = "Nothing.")
        record Happened() implements WrongCategory {}
    }

    public sealed interface WrongCase {
        @EventType(
                name = "wrong_case.itHappened",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "It did.",
                action = "Nothing.")
        record Happened() implements WrongCase {}
    }

    public sealed interface NoSentence {
        @EventType(
                name = "no_sentence.happened",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "it did",
                action = "Nothing.")
        record Happened() implements NoSentence {}
    }

    public sealed interface NoEventType {
        record Happened() implements NoEventType {}
    }

    public sealed interface NoDoc {
        @EventType(
                name = "no_doc.happened",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "It did.",
                action = "Nothing.")
        record Happened(int count) implements NoDoc {}
    }

    public sealed interface UnitWithoutSuffix {
        @EventType(
                name = "unit_without_suffix.happened",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "It did.",
                action = "Nothing.")
        record Happened(@Doc(value = "Size", unit = "By") long size) implements UnitWithoutSuffix {}
    }

    public sealed interface SuffixWithoutUnit {
        @EventType(
                name = "suffix_without_unit.happened",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "It did.",
                action = "Nothing.")
        record Happened(@Doc("Time") long waitedMillis) implements SuffixWithoutUnit {}
    }

    public sealed interface UnknownUnit {
        @EventType(
                name = "unknown_unit.happened",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "It did.",
                action = "Nothing.")
        record Happened(@Doc(value = "Way", unit = "furlong") long wayFurlongs)
                implements UnknownUnit {}
    }

    public sealed interface NotAType {
        @EventType(
                name = "not_a_type.happened",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "It did.",
                action = "Nothing.")
        record Happened(@Doc("Many") List<String> list) implements NotAType {}
    }

    public sealed interface TakesEnvelope {
        @EventType(
                name = "takes_envelope.happened",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "It did.",
                action = "Nothing.")
        record Happened(@Doc("Level") String level) implements TakesEnvelope {}
    }

    public sealed interface FieldTwice {
        @EventType(
                name = "field_twice.happened",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "It did.",
                action = "Nothing.")
        record Happened(Failure failure, @Doc("Message") String errorMsg) implements FieldTwice {}
    }

    public sealed interface NameTwice {
        @EventType(
                name = "name_twice.happened",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "It did.",
                action = "Nothing.")
        record Happened() implements NameTwice {}

        @EventType(
                name = "name_twice.happened",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "It did.",
                action = "Nothing.")
        record Again() implements NameTwice {}
    }

    public sealed interface TwoMeanings {
        @EventType(
                name = "two_meanings.happened",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "It did.",
                action = "Nothing.")
        record Happened(@Doc("Number") int count) implements TwoMeanings {}

        @EventType(
                name = "two_meanings.again",
                severity = Severity.INFO,
                volume = Volume.FAULT,
                cause = "It did.",
                action = "Nothing.")
        record Again(@Doc("Text") String count) implements TwoMeanings {}
    }
}
