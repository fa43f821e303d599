// Loki's HTTP API, and frames as Grafana's data source makes them.
import { FieldType, createDataFrame } from "@grafana/data";
import { get, legend } from "./asked.js";

const API = "/loki/loki/api/v1";

export async function values(declared, replaced) {
  const query = declared.query;
  const label = typeof query === "string" ? query.match(/,?\s*(\w+)\s*\)$/)[1] : query.label;
  const stream = typeof query === "string" ? query.match(/^label_values\((.+),/s)?.[1] : query.stream;
  const { data } = await get(`${API}/label/${label}/values`, stream ? { query: replaced(stream, "loki") } : {});
  return data ?? [];
}

export async function frames(target, { from, to, step, replaced }) {
  const query = replaced(target.expr, "loki");
  const instant = target.queryType === "instant";
  const range = {
    start: from * 1e6,
    end: to * 1e6,
    step: step / 1000,
    limit: target.maxLines || 1000,
    direction: "backward",
  };
  const { data } = await get(`${API}/${instant ? "query" : "query_range"}`, {
    query,
    ...(instant ? { time: to * 1e6 } : range),
  });
  return data.resultType === "streams"
    ? [lines(target, data.result)]
    : data.result.map((one) => frame(target, one, step));
}

function lines(target, streams) {
  const rows = streams.flatMap(({ stream, values }) =>
    values.map(([time, line, more]) => ({ stream, time: BigInt(time), line, more })),
  );
  rows.sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0));
  return createDataFrame({
    refId: target.refId,
    meta: { preferredVisualisationType: "logs" },
    fields: [
      {
        name: "labels",
        type: FieldType.other,
        values: rows.map(({ stream, more }) => ({ ...stream, ...(more?.structuredMetadata ?? more) })),
      },
      { name: "Time", type: FieldType.time, values: rows.map(({ time }) => Number(time / 1000000n)) },
      { name: "Line", type: FieldType.string, values: rows.map(({ line }) => line) },
    ],
  });
}

function frame(target, { metric, values, value }, step) {
  const points = values ?? [value];
  const shown = target.legendFormat
    ? legend(target.legendFormat, metric)
    : Object.values(metric).join(", ") || target.expr;
  return createDataFrame({
    refId: target.refId,
    fields: [
      { name: "Time", type: FieldType.time, config: { interval: step }, values: points.map(([time]) => time * 1000) },
      {
        name: "Value",
        type: FieldType.number,
        labels: metric,
        config: { displayNameFromDS: shown },
        values: points.map(([, v]) => Number(v)),
      },
    ],
  });
}
