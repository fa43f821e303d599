package io.robustmq.testkit;

import java.lang.reflect.AnnotatedElement;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

final class NeedsPartCondition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return context.getElement()
                .map(NeedsPartCondition::judge)
                .orElseGet(() -> ConditionEvaluationResult.enabled("needs no part"));
    }

    private static ConditionEvaluationResult judge(AnnotatedElement element) {
        String absences =
                AnnotationSupport.findAnnotation(element, NeedsPart.class).stream()
                        .flatMap(needed -> Arrays.stream(needed.value()))
                        .map(Part::absence)
                        .filter(Objects::nonNull)
                        .collect(Collectors.joining("; "));
        return absences.isEmpty()
                ? ConditionEvaluationResult.enabled("every part is here")
                : ConditionEvaluationResult.disabled(absences);
    }
}
