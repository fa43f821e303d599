package io.robustmq.server;

import java.util.List;
import java.util.Map;

/** What reading the configuration gave. */
sealed interface ConfigOutcome<C extends Record & RoleConfig> {
    /**
     * @param users of mqtt.password-file, empty if there is none or no such key
     * @param file the file that was read, empty if there was none
     * @param fromEnvironment settings taken from the environment
     * @param fromCommandLine settings taken from --set
     */
    record Loaded<C extends Record & RoleConfig>(
            C config,
            Map<String, PasswordHash> users,
            String file,
            int fromEnvironment,
            int fromCommandLine)
            implements ConfigOutcome<C> {}

    /** Every problem there is, never none. */
    record Wrong<C extends Record & RoleConfig>(List<ConfigProblem> problems)
            implements ConfigOutcome<C> {}
}
