package io.robustmq.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import io.robustmq.telemetry.event.Event;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The catalogue holds no event that no code can emit. */
final class EveryEventIsEmittedTest {
    private static final String EVENTS = "io.robustmq.telemetry.event";

    @Test
    void every_event_type_is_made_somewhere_in_main_code() {
        List<JavaClass> types =
                ArchitectureTest.OURS.stream()
                        .filter(type -> type.isRecord() && type.isAssignableTo(Event.class))
                        .toList();

        assertThat(types).hasSizeGreaterThanOrEqualTo(40);
        assertThat(types.stream().filter(type -> !isMade(type)).map(JavaClass::getName)).isEmpty();
    }

    private static boolean isMade(JavaClass type) {
        return type.getConstructorCallsToSelf().stream()
                .anyMatch(call -> !call.getOriginOwner().getPackageName().equals(EVENTS));
    }
}
