package io.robustmq.server;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A topic filter, or a topic, which is a filter without wildcards; taken apart to be compared with
 * others. Immutable.
 *
 * @param group of {@code $share/group/filter}; null if it is none
 */
record AclFilter(@Nullable String group, String[] levels) {
    private static final String SHARE = "$share/";
    private static final String EXCLUSIVE = "$exclusive/";
    private static final String MANY = "#";
    private static final String ONE = "+";

    static AclFilter of(String text) {
        if (text.startsWith(SHARE)) {
            int slash = text.indexOf('/', SHARE.length());
            if (slash >= 0) {
                return new AclFilter(
                        text.substring(SHARE.length(), slash),
                        text.substring(slash + 1).split("/", -1));
            }
        }
        String plain = text.startsWith(EXCLUSIVE) ? text.substring(EXCLUSIVE.length()) : text;
        return new AclFilter(null, plain.split("/", -1));
    }

    /** A topic is what it is, whatever it begins with. */
    static AclFilter ofTopic(String topic) {
        return new AclFilter(null, topic.split("/", -1));
    }

    /** Whether every topic that {@code other} matches is matched by this one, too. */
    boolean covers(AclFilter other) {
        if (!takesGroup(other.group)) {
            return false;
        }
        String[] wanted = other.levels;
        if (isAll(wanted)) {
            return isAll(levels);
        }
        for (int i = 0; i < levels.length; i++) {
            String level = levels[i];
            if (level.equals(MANY)) {
                return i > 0 || !isHidden(wanted[0]); // at the end, it stands for no level, too
            }
            if (i == wanted.length || wanted[i].equals(MANY)) {
                return false;
            }
            boolean same =
                    level.equals(ONE) ? i > 0 || !isHidden(wanted[0]) : level.equals(wanted[i]);
            if (!same) {
                return false;
            }
        }
        return levels.length == wanted.length;
    }

    /** Whether there is a topic that both match. */
    boolean overlaps(AclFilter other) {
        if (!takesGroup(other.group)) {
            return false;
        }
        String[] wanted = other.levels;
        for (int i = 0; ; i++) {
            boolean ends = i == levels.length;
            boolean otherEnds = i == wanted.length;
            if (ends || otherEnds) {
                return (ends || levels[i].equals(MANY)) && (otherEnds || wanted[i].equals(MANY));
            }
            boolean wild = levels[i].equals(ONE) || levels[i].equals(MANY);
            boolean otherWild = wanted[i].equals(ONE) || wanted[i].equals(MANY);
            if (i == 0 && (wild && isHidden(wanted[0]) || otherWild && isHidden(levels[0]))) {
                return false;
            }
            if (levels[i].equals(MANY) || wanted[i].equals(MANY)) {
                return true;
            }
            if (!wild && !otherWild && !levels[i].equals(wanted[i])) {
                return false;
            }
        }
    }

    /** One without a group holds for plain and for shared subscriptions. */
    private boolean takesGroup(@Nullable String other) {
        return group == null || other != null && (group.equals(ONE) || group.equals(other));
    }

    /** {@code #}, and {@code +/#}, which is the same: every topic has a first level. */
    private static boolean isAll(String[] levels) {
        return levels[0].equals(MANY)
                || levels.length == 2 && levels[0].equals(ONE) && levels[1].equals(MANY);
    }

    /** Wildcards do not match what begins with $ [MQTT-4.7.2-1]. */
    private static boolean isHidden(String firstLevel) {
        return firstLevel.startsWith("$");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AclFilter(String otherGroup, String[] otherLevels)
                && String.valueOf(group).equals(String.valueOf(otherGroup))
                && Arrays.equals(levels, otherLevels);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(levels);
    }

    @Override
    public String toString() {
        String plain = String.join("/", levels);
        return group == null ? plain : SHARE + group + "/" + plain;
    }
}
