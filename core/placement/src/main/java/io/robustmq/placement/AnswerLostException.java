package io.robustmq.placement;

import java.io.IOException;

/** A change was sent again, and what became of it the first time is not known any more. */
public final class AnswerLostException extends IOException {
    public AnswerLostException(String message) {
        super(message);
    }
}
