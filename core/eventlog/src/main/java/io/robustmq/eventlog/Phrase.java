package io.robustmq.eventlog;

/**
 * An event in words: lead, detail and rest make one sentence.
 *
 * @param key the same for events that say the same but for their details
 * @param detail what is listed if several are told as one; empty if there is nothing
 * @param listed the detail in such a list
 */
record Phrase(String key, String lead, String detail, String listed, String rest) {

    static Phrase of(String key, String text) {
        return new Phrase(key, text, "", "", "");
    }

    static Phrase of(String key, String lead, String detail) {
        return new Phrase(key, lead, detail, detail, "");
    }

    /** What the key begins with. */
    String event() {
        int space = key.indexOf(' ');
        return space < 0 ? key : key.substring(0, space);
    }

    String text() {
        return lead + detail + rest;
    }
}
