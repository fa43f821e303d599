package io.robustmq.server;

import java.util.List;
import java.util.Map;

/** What reading the configuration gave. */
sealed interface ConfigOutcome {
    /**
     * @param users of mqtt.password-file, empty if there is none
     * @param file the file that was read, empty if there was none
     * @param fromEnvironment settings taken from the environment
     * @param fromCommandLine settings taken from --set
     */
    record Loaded(
            StandaloneConfig config,
            Map<String, PasswordHash> users,
            String file,
            int fromEnvironment,
            int fromCommandLine)
            implements ConfigOutcome {}

    /** Every problem there is, never none. */
    record Wrong(List<ConfigProblem> problems) implements ConfigOutcome {}
}
