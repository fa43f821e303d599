package io.robustmq.server;

import java.util.List;

/** What reading the configuration gave. */
sealed interface ConfigOutcome<C extends Record & RoleConfig> {
    /**
     * @param file the file that was read, empty if there was none
     * @param fromEnvironment settings taken from the environment
     * @param fromCommandLine settings taken from --set
     */
    record Loaded<C extends Record & RoleConfig>(
            C config, String file, int fromEnvironment, int fromCommandLine)
            implements ConfigOutcome<C> {}

    /** Every problem there is, never none. */
    record Wrong<C extends Record & RoleConfig>(List<ConfigProblem> problems)
            implements ConfigOutcome<C> {}
}
