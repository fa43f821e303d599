// Steps and intervals as Grafana counts them.
import { rangeUtil } from "@grafana/data";

/** The step of a panel that wide: no less than what is scraped or the panel asks for. */
export const stepOf = (range, points, least) =>
  Math.max(
    rangeUtil.calculateInterval(range, Math.max(1, points), rangeUtil.secondsToHms(least / 1000)).intervalMs,
    least,
  );

/** The variables that Grafana has itself. */
export function builtIn(range, step, scrape) {
  const [from, to] = [range.from.valueOf(), range.to.valueOf()];
  const seconds = Math.round((to - from) / 1000);
  const text = (ms) => (ms % 1000 ? `${ms}ms` : `${ms / 1000}s`);
  return {
    __rate_interval: text(Math.max(step + scrape, 4 * scrape)),
    __interval: text(step),
    __auto: text(step),
    __interval_ms: String(step),
    __range: `${seconds}s`,
    __range_s: String(seconds),
    __range_ms: String(to - from),
    __from: String(from),
    __to: String(to),
  };
}
