// The spans of a trace, each under the one it belongs to, on one scale of time.
import { formattedValueToString, getValueFormat } from "@grafana/data";

const NAMES = 0.34; // of the width
const ROW = 28;

export function Trace({ frames, theme, width, height }) {
  const spans = inOrder(rows(frames[0]));
  const start = Math.min(...spans.map(({ startTime }) => startTime));
  const length = Math.max(...spans.map(({ startTime, duration }) => startTime + duration)) - start;
  const services = [...new Set(spans.map(({ serviceName }) => serviceName))];
  const color = (service) =>
    theme.visualization.getColorByName(
      theme.visualization.palette[services.indexOf(service) % theme.visualization.palette.length],
    );
  const micros = (value) => formattedValueToString(getValueFormat("µs")(value, value < 1000 ? 0 : 2));
  const share = (value) => `${(100 * value) / length}%`;
  const border = `1px solid ${theme.colors.border.weak}`;
  return (
    <div
      className="trace"
      style={{
        height,
        overflow: "hidden",
        fontSize: theme.typography.bodySmall.fontSize,
        "--names": `${NAMES * 100}%`,
      }}
    >
      <header>
        <b>
          {spans[0].serviceName}: {spans[0].operationName}
        </b>
        <code>{spans[0].traceID}</code>
        <span>
          {micros(length)}, {spans.length} spans, {services.length === 1 ? "1 service" : `${services.length} services`}
        </span>
      </header>
      <div className="scale" style={{ borderBottom: border }}>
        {[0, 0.25, 0.5, 0.75].map((at) => (
          <span key={at} style={{ left: `calc(var(--names) + (100% - var(--names)) * ${at})` }}>
            {micros(length * at)}
          </span>
        ))}
      </div>
      {spans
        .slice(0, Math.floor((height - 60) / ROW))
        .map(({ spanID, serviceName, operationName, startTime, duration, depth }) => (
          <div className="span" key={spanID} style={{ height: ROW, borderBottom: border }}>
            <div style={{ paddingLeft: 8 + depth * 16, borderLeft: `4px solid ${color(serviceName)}` }}>
              <b>{serviceName}</b> {operationName}
            </div>
            <div>
              <i style={{ left: share(startTime - start), width: share(duration), background: color(serviceName) }} />
              <em style={{ left: `min(calc(${share(startTime - start + duration)} + 6px), 85%)` }}>
                {micros(duration)}
              </em>
            </div>
          </div>
        ))}
    </div>
  );
}

function rows(frame) {
  const names = frame.fields.map(({ name }) => name);
  return frame.fields[0].values.map((_, i) =>
    Object.fromEntries(names.map((name, j) => [name, frame.fields[j].values[i]])),
  );
}

/** Depth first, siblings by time; one whose parent is not here stands for itself. */
function inOrder(spans) {
  const here = new Set(spans.map(({ spanID }) => spanID));
  const under = (parent, depth) =>
    spans
      .filter(({ parentSpanID }) => (parent === null ? !here.has(parentSpanID) : parentSpanID === parent))
      .sort((a, b) => a.startTime - b.startTime)
      .flatMap((span) => [{ ...span, depth }, ...under(span.spanID, depth + 1)]);
  return under(null, 0);
}
