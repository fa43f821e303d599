/**
 * What may be published: the event types read by reflection into a model, the reference page and
 * JSON schema made from it, and the rule that a published name cannot vanish unnoticed.
 */
@NullMarked
package io.robustmq.telemetry.catalogue;

import org.jspecify.annotations.NullMarked;
