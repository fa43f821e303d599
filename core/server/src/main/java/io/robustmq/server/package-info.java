/**
 * The process: reads the configuration, assembles the roles, serves HTTP, starts and stops. The
 * only package that knows all others.
 */
@NullMarked
package io.robustmq.server;

import org.jspecify.annotations.NullMarked;
