// Buckets over time, darker where more fell into one.
import { dateTimeFormat, formattedValueToString, getValueFormat } from "@grafana/data";
import * as scales from "d3-scale-chromatic";

const LEFT = 60;
const BOTTOM = 22;
const LEGEND = 34;

export function Heatmap({ panel, frames, theme, width, height, range }) {
  const [time, ...buckets] = frames[0].fields;
  const { color = {}, yAxis = {} } = panel.options;
  const interpolate = scales[`interpolate${color.scheme ?? "Oranges"}`] ?? scales.interpolateOranges;
  const [from, to] = [range.from.valueOf(), range.to.valueOf()];
  const most = buckets.reduce((max, { values }) => values.reduce((a, b) => Math.max(a, b), max), 0);
  const across = width - LEFT - 8;
  const high = height - BOTTOM - LEGEND - 6;
  const row = high / buckets.length;
  const step = time.values.length > 1 ? time.values[1] - time.values[0] : to - from;
  const x = (ms) => LEFT + ((ms - from) / (to - from)) * across;
  const shade = (value) => {
    const share = (value / most) ** (color.exponent ?? 0.5);
    return interpolate(color.reverse === false ? share : 1 - share);
  };
  const bound = ({ name }) =>
    name === "+Inf"
      ? "+Inf"
      : formattedValueToString(getValueFormat(yAxis.unit ?? "short")(Number(name), yAxis.decimals));
  const every = Math.ceil(buckets.length / Math.max(1, Math.floor(high / 18)));
  const ticks = Array.from({ length: 5 }, (_, i) => from + ((i + 0.5) * (to - from)) / 5);
  return (
    <svg width={width} height={height} fontSize={12} fill={theme.colors.text.primary} style={{ display: "block" }}>
      {buckets.map((bucket, i) => {
        const y = 4 + high - (i + 1) * row;
        return (
          <g key={bucket.name}>
            {i % every === 0 && (
              <text x={LEFT - 6} y={y + 4} textAnchor="end">
                {bound(bucket)}
              </text>
            )}
            {bucket.values.map(
              (value, j) =>
                value > 0 && (
                  <rect
                    key={j}
                    x={x(time.values[j] - step) + 0.5}
                    y={y + 0.5}
                    width={Math.max(1, (step / (to - from)) * across - 1)}
                    height={Math.max(1, row - 1)}
                    fill={shade(value)}
                  />
                ),
            )}
          </g>
        );
      })}
      {ticks.map((ms) => (
        <text key={ms} x={x(ms)} y={high + 20} textAnchor="middle">
          {dateTimeFormat(ms, { format: "HH:mm:ss", timeZone: "utc" })}
        </text>
      ))}
      {Array.from({ length: 60 }, (_, i) => (
        <rect key={i} x={LEFT + i * 4} y={height - 24} width={4} height={8} fill={shade((most * (i + 1)) / 60)} />
      ))}
      <text x={LEFT} y={height - 3}>
        0
      </text>
      <text x={LEFT + 240} y={height - 3} textAnchor="end">
        {formattedValueToString(getValueFormat(panel.fieldConfig?.defaults?.unit ?? "short")(most, 2))}
      </text>
    </svg>
  );
}
