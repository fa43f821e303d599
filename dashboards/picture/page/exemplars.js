// The dots of exemplars on a graph, as Grafana draws them: a diamond at its time and value.
const seen = new WeakSet();
const HALF = 4;

/** Hooks itself into the drawing of `config`, once; draws nothing of its own. */
export function exemplarsOn(config, exemplars, theme) {
  if (!exemplars.length || seen.has(config)) return null;
  seen.add(config);
  config.addHook("draw", (plot) => {
    const { ctx } = plot;
    const scale = plot.series[1].scale;
    const { min, max } = plot.scales[scale];
    ctx.save();
    ctx.fillStyle = theme.visualization.getColorByName("blue");
    for (const { time, value } of exemplars) {
      if (time < plot.scales.x.min || time > plot.scales.x.max) continue;
      const x = plot.valToPos(time, "x", true);
      // one that is higher than the axis stays at its edge
      const y = plot.valToPos(Math.min(Math.max(value, min), max), scale, true);
      const half = HALF * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(x, y - half);
      ctx.lineTo(x + half, y);
      ctx.lineTo(x, y + half);
      ctx.lineTo(x - half, y);
      ctx.fill();
    }
    ctx.restore();
  });
  return null;
}
