/** Every alert has its unit tests and its runbook, and the tests hold. */
@NullMarked
package io.robustmq.alerts;

import org.jspecify.annotations.NullMarked;
