package io.robustmq.eventlog;

import io.robustmq.telemetry.event.Severity;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** An explanation for people. Any thread. */
public final class ExplanationText {
    private static final int WIDTH = 100;
    private static final int TIME_WIDTH = 20;
    private static final String RESET = "\u001b[0m";
    private static final String BOLD = "\u001b[1m";

    private final Wording wording;
    private final boolean colours;

    /**
     * @param now times of this day are told without it
     * @param zone of the times
     */
    public ExplanationText(Instant now, ZoneId zone, boolean colours) {
        this.wording = Wording.at(now, zone);
        this.colours = colours;
    }

    public String of(Explanation explanation) {
        StringBuilder text = new StringBuilder();
        text.append(bold(explanation.subject())).append("\n\n");
        wrap(explanation.verdict(), "", text);
        if (!explanation.story().isEmpty()) {
            head("What happened", text);
            explanation.story().forEach(step -> step(step, text));
        }
        Set<String> actions = new LinkedHashSet<>();
        explanation.findings().forEach(finding -> actions.add(finding.action()));
        actions.remove("");
        list("What to do", List.copyOf(actions), text);
        list("What is not known", explanation.missing(), text);
        return text.toString();
    }

    private void list(String title, List<String> lines, StringBuilder text) {
        if (lines.isEmpty()) {
            return;
        }
        head(title, text);
        for (String line : lines) {
            text.append("  - ");
            wrap(line, "    ", text);
        }
    }

    private void head(String title, StringBuilder text) {
        text.append('\n').append(bold(title)).append('\n');
    }

    private String bold(String title) {
        return colours ? BOLD + title + RESET : title;
    }

    private void step(Explanation.Step step, StringBuilder text) {
        String time = wording.time(step.from());
        String until = wording.time(step.until());
        if (!time.equals(until)) {
            time += " - " + until;
        }
        text.append("  ").append(time);
        text.append(" ".repeat(Math.max(1, TIME_WIDTH - time.length())));
        boolean bad = step.level().ordinal() >= Severity.WARN.ordinal();
        String colour = step.level() == Severity.ERROR ? "\u001b[1;31m" : "\u001b[33m";
        text.append(bad && colours ? colour : "");
        wrap(step.text(), " ".repeat(TIME_WIDTH + 2), text);
        if (bad && colours) {
            text.insert(text.length() - 1, RESET);
        }
    }

    /** Breaks between words; the first line goes on where it is. */
    private static void wrap(String line, String indent, StringBuilder text) {
        int used = text.length() - text.lastIndexOf("\n") - 1;
        boolean begun = false;
        for (String word : line.split(" ")) {
            if (begun && used + 1 + word.length() > WIDTH) {
                text.append('\n').append(indent);
                used = indent.length();
            } else if (begun) {
                text.append(' ');
                used++;
            }
            text.append(word);
            used += word.length();
            begun = true;
        }
        text.append('\n');
    }
}
