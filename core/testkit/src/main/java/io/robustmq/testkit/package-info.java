/**
 * For tests: fakes of clock, disk, network and chance, and runners for the real parts that tests
 * talk to.
 */
@NullMarked
package io.robustmq.testkit;

import org.jspecify.annotations.NullMarked;
