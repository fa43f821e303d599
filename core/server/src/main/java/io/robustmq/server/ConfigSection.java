package io.robustmq.server;

import java.util.List;

/**
 * The keys below one path, as they follow each other in the file.
 *
 * @param name the path, empty for keys above all sections
 * @param title what the section is about, for the file and the reference
 */
record ConfigSection(String name, String title, List<ConfigKey> keys) {}
