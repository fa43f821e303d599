/**
 * Who may import whom, as rules that the build checks; {@code wrong} holds one class for each rule
 * that breaks it, so that a rule which can no longer fail is noticed.
 */
@NullMarked
package io.robustmq.architecture;

import org.jspecify.annotations.NullMarked;
