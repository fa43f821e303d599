package io.robustmq.placement;

import java.util.List;

/** What became of a command, for whoever sent it. */
public sealed interface Answer
        permits Answer.Agreed,
                Answer.Forgotten,
                Answer.TooLate,
                NodeAnswer,
                DocumentAnswer,
                ClaimAnswer {
    /** Of a command with no more to say: whether there was something to be done. */
    record Agreed(boolean changed) implements Answer {}

    /**
     * The command was done before, and its answer is not kept any more.
     *
     * @param changed as {@link Answer#isDone} of that answer
     */
    record Forgotten(boolean changed) implements Answer {}

    /** The command is so old that nobody knows whether it was done; it was not done now. */
    record TooLate() implements Answer {}

    /** Whether what was wished for holds. */
    default boolean isDone() {
        return switch (this) {
            case Agreed(boolean changed) -> changed;
            case Forgotten(boolean changed) -> changed;
            case TooLate _ -> false;
            case NodeAnswer.Registered _ -> true;
            case NodeAnswer.Full _ -> false;
            case DocumentAnswer.Changed _ -> true;
            case DocumentAnswer.Conflicts _, DocumentAnswer.Full _ -> false;
            case ClaimAnswer.Done _ -> true;
            case ClaimAnswer.Superseded _, ClaimAnswer.Full _ -> false;
        };
    }

    /** That it takes in memory, about, if it can be many. */
    default long bytes() {
        return switch (this) {
            case ClaimAnswer.Done(List<ClaimAnswer.Result> results) -> 32L * results.size();
            case DocumentAnswer.Conflicts(List<DocumentAnswer.Conflict> all) -> 32L * all.size();
            case Agreed _,
                    Forgotten _,
                    TooLate _,
                    NodeAnswer.Registered _,
                    NodeAnswer.Full _,
                    DocumentAnswer.Changed _,
                    DocumentAnswer.Full _,
                    ClaimAnswer.Superseded _,
                    ClaimAnswer.Full _ ->
                    0;
        };
    }
}
