package io.robustmq.broker;

import org.jspecify.annotations.Nullable;

/**
 * What a filter asks for, besides the topics that it matches.
 *
 * <pre>
 *   sport/#                  Ordinary
 *   $share/workers/sport/#   Group      one of all who subscribe with this text gets each message
 *   $exclusive/sport/#       Exclusive  nobody else may subscribe with this text
 * </pre>
 */
sealed interface FilterForm {
    String SHARE = "$share/";
    String EXCLUSIVE = "$exclusive/";

    /** The filter that topics are compared with. */
    String topics();

    record Ordinary(String topics) implements FilterForm {}

    record Exclusive(String topics) implements FilterForm {}

    record Group(String name, String topics) implements FilterForm {}

    /** Of a filter that {@link #problem} found nothing wrong with. */
    static FilterForm of(String filter) {
        if (filter.startsWith(SHARE)) {
            int slash = filter.indexOf('/', SHARE.length());
            return new Group(filter.substring(SHARE.length(), slash), filter.substring(slash + 1));
        }
        return filter.startsWith(EXCLUSIVE)
                ? new Exclusive(filter.substring(EXCLUSIVE.length()))
                : new Ordinary(filter);
    }

    /** The share name of a filter, empty if it has none. */
    static String groupOf(String filter) {
        if (!filter.startsWith(SHARE)) {
            return "";
        }
        int slash = filter.indexOf('/', SHARE.length());
        return slash < 0 ? "" : filter.substring(SHARE.length(), slash);
    }

    /** What is wrong with the text before the topics [MQTT-4.8.2-1, -2]; null if nothing is. */
    @Nullable
    static String problem(String filter) {
        if (filter.startsWith(SHARE)) {
            return problemOfGroup(filter);
        }
        if (filter.startsWith(EXCLUSIVE)) {
            return problemOfTopics(filter.substring(EXCLUSIVE.length()), EXCLUSIVE);
        }
        return null;
    }

    private static @Nullable String problemOfGroup(String filter) {
        int slash = filter.indexOf('/', SHARE.length());
        String name = slash < 0 ? filter.substring(SHARE.length()) : groupOf(filter);
        if (name.isEmpty()) {
            return "the share name after $share/ is empty";
        }
        if (name.indexOf('+') >= 0 || name.indexOf('#') >= 0) {
            return "a share name has no wildcards, this is " + name;
        }
        if (slash < 0) {
            return "after the share name " + name + " there is no /";
        }
        return problemOfTopics(filter.substring(slash + 1), SHARE);
    }

    private static @Nullable String problemOfTopics(String topics, String prefix) {
        if (topics.isEmpty()) {
            return "no topic filter follows " + prefix;
        }
        if (topics.startsWith(SHARE) || topics.startsWith(EXCLUSIVE)) {
            return "after " + prefix + " comes a filter of topics, this is " + topics;
        }
        return null;
    }
}
