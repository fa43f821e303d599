/** What the dashboards, alerts and runbooks ask for is what the running broker has. */
@NullMarked
package io.robustmq.dashboards;

import org.jspecify.annotations.NullMarked;
