// Lines with the time before them and the colour of their level at the left.
import { dateTimeFormat } from "@grafana/data";

const COLORS = {
  error: "red",
  fatal: "purple",
  warn: "yellow",
  warning: "yellow",
  info: "green",
  debug: "blue",
  trace: "semi-dark-blue",
};

export function Logs({ panel, frames, theme, height }) {
  const { showTime = true, showLabels = false, wrapLogMessage = false, sortOrder = "Descending" } = panel.options;
  const rows = frames.flatMap((frame) => {
    const field = (name) => frame.fields.find((one) => one.name === name).values;
    const [labels, times, lines] = [field("labels"), field("Time"), field("Line")];
    return lines.map((line, i) => ({ line, time: times[i], labels: labels[i] }));
  });
  rows.sort((a, b) => (sortOrder === "Descending" ? b.time - a.time : a.time - b.time));
  const level = ({ level, severity_text }) => String(level ?? severity_text ?? "").toLowerCase();
  return (
    <div
      className="logs"
      style={{
        height,
        overflow: "hidden",
        fontFamily: theme.typography.fontFamilyMonospace,
        fontSize: theme.typography.bodySmall.fontSize,
      }}
    >
      {rows.map(({ line, time, labels }, i) => (
        <div className="line" key={i} data-level={level(labels)}>
          <i style={{ background: theme.visualization.getColorByName(COLORS[level(labels)] ?? "gray") }} />
          {showTime && (
            <time style={{ color: theme.colors.text.secondary }}>
              {dateTimeFormat(time, { format: "YYYY-MM-DD HH:mm:ss.SSS", timeZone: "utc" })}
            </time>
          )}
          {showLabels && (
            <span style={{ color: theme.colors.text.secondary }}>
              {Object.entries(labels).map(([name, value]) => `${name}=${value} `)}
            </span>
          )}
          <span
            style={{
              whiteSpace: wrapLogMessage ? "pre-wrap" : "pre",
              wordBreak: wrapLogMessage ? "break-all" : "normal",
            }}
          >
            {line}
          </span>
        </div>
      ))}
    </div>
  );
}
