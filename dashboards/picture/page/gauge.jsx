// A half ring with the thresholds around it; @grafana/ui 13 has none to give away.
import { formattedValueToString, getActiveThreshold } from "@grafana/data";

const START = -0.25; // of half a turn, left and below
const SWEEP = 1.5;

export function Gauge({ value, named, width, height, theme }) {
  const { display, field } = value;
  const min = field.min ?? 0;
  const max = field.max ?? 100;
  const part = (of) => Math.min(1, Math.max(0, (of - min) / (max - min || 1)));
  const radius = Math.min(width / 2, height / 1.75) - 14;
  const middle = { x: width / 2, y: radius + 12 };
  const arc = (from, to, r) => {
    const at = (share) => {
      const angle = Math.PI * (1 + START + SWEEP * share);
      return `${middle.x + r * Math.cos(angle)} ${middle.y + r * Math.sin(angle)}`;
    };
    return `M ${at(from)} A ${r} ${r} 0 ${(to - from) * SWEEP > 1 ? 1 : 0} 1 ${at(to)}`;
  };
  const steps = field.thresholds?.steps ?? [];
  const relative = field.thresholds?.mode === "percentage";
  const share = (step) =>
    step.value === -Infinity || step.value === null ? 0 : relative ? step.value / 100 : part(step.value);
  const color = display.color ?? theme.visualization.getColorByName(getActiveThreshold(display.numeric, steps).color);
  const thick = Math.max(8, radius / 4);
  const text = formattedValueToString(display);
  return (
    <svg width={width} height={height} style={{ display: "block" }}>
      <g fill="none" strokeWidth={thick}>
        <path d={arc(0, 1, radius - thick / 2 - 5)} stroke={theme.colors.background.secondary} />
        {part(display.numeric) > 0 && <path d={arc(0, part(display.numeric), radius - thick / 2 - 5)} stroke={color} />}
      </g>
      <g fill="none" strokeWidth={3}>
        {steps.map((step, i) => (
          <path
            key={i}
            d={arc(share(step), i + 1 < steps.length ? share(steps[i + 1]) : 1, radius)}
            stroke={theme.visualization.getColorByName(step.color)}
          />
        ))}
      </g>
      <text
        x={middle.x}
        y={middle.y + 6}
        textAnchor="middle"
        fontSize={Math.min(radius / 2.2, (radius * 2.2) / text.length)}
        fontWeight={500}
        fill={color}
      >
        {text}
      </text>
      {named && (
        <text
          x={middle.x}
          y={middle.y + radius * 0.9}
          textAnchor="middle"
          fontSize={13}
          fill={theme.colors.text.primary}
        >
          {display.title}
        </text>
      )}
    </svg>
  );
}
