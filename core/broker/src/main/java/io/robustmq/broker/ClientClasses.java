package io.robustmq.broker;

import java.util.ArrayList;
import java.util.List;

/**
 * The few classes that clients are counted in, by rules of which the first that fits decides; who
 * fits none is {@link #OTHER}. Immutable; any thread; allocates nothing where it is asked.
 *
 * <p>Bound: {@link #MAX_RULES}, {@link #MAX_CLASSES}; whoever reads a configuration checks them.
 */
public final class ClientClasses {
    public static final int MAX_RULES = 32;

    /** Beside {@link #OTHER}. */
    public static final int MAX_CLASSES = 16;

    public static final String OTHER = "other";

    /** All are {@link #OTHER}. */
    public static final ClientClasses NONE = new ClientClasses(List.of());

    /** The place of {@link #OTHER} among the names. */
    static final int IS_OTHER = 0;

    private final ClientClassRule[] rules;
    private final int[] classes; // of each rule
    private final List<String> names;

    /**
     * @param rules the first that fits decides
     */
    public ClientClasses(List<ClientClassRule> rules) {
        List<String> all = new ArrayList<>(List.of(OTHER));
        this.rules = rules.toArray(ClientClassRule[]::new);
        this.classes = new int[rules.size()];
        for (int i = 0; i < classes.length; i++) {
            String name = rules.get(i).clientClass();
            if (!all.contains(name)) {
                all.add(name);
            }
            classes[i] = all.indexOf(name);
        }
        this.names = List.copyOf(all);
    }

    /** {@link #OTHER}, then the others as the rules name them. */
    public List<String> names() {
        return names;
    }

    /** The place of its name. */
    int of(String clientId, String userName, String listener) {
        for (int i = 0; i < rules.length; i++) {
            if (rules[i].fits(clientId, userName, listener)) {
                return classes[i];
            }
        }
        return IS_OTHER;
    }
}
