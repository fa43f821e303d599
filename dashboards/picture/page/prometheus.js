// Prometheus' HTTP API, and frames as Grafana's data source makes them.
import { FieldType, createDataFrame } from "@grafana/data";
import { get, legend } from "./asked.js";

const API = "/prometheus/api/v1";

export async function values(declared, replaced) {
  const query = replaced(
    typeof declared.query === "string" ? declared.query : declared.query.query,
    "prometheus",
  ).trim();
  const labels = query.match(/^label_values\((?:(.+),)?\s*(\w+)\s*\)$/s);
  if (labels) {
    const selector = labels[1] ? { "match[]": labels[1].trim() } : {};
    return sorted((await get(`${API}/label/${labels[2]}/values`, selector)).data, declared.sort);
  }
  const result = query.match(/^query_result\((.+)\)$/s);
  if (!result) throw new Error(`a variable's query that is not known here: ${query}`);
  const { data } = await get(`${API}/query`, { query: result[1] });
  return sorted(
    data.result.map(({ metric, value }) => `${series(metric)} ${value[1]} ${value[0] * 1000}`),
    declared.sort,
  );
}

const sorted = (values, sort) =>
  sort ? [...values].sort((a, b) => a.localeCompare(b, "en", { numeric: true })) : values;

export async function frames(target, { from, to, step, replaced }) {
  const query = replaced(target.expr, "prometheus");
  const seconds = step / 1000;
  if (target.instant && !target.range) {
    const { data } = await get(`${API}/query`, { query, time: to / 1000 });
    if (target.format === "table") return [table(target, data)];
    return vector(data).map(({ metric, value }) => frame(target, metric, [value], step));
  }
  const aligned = (ms) => Math.floor(ms / step) * seconds;
  const { data } = await get(`${API}/query_range`, { query, start: aligned(from), end: aligned(to), step: seconds });
  const frames = data.result.map(({ metric, values }) => frame(target, metric, values, step));
  if (target.format === "heatmap") return [heatmap(frames)];
  if (target.exemplar && frames.length)
    frames[0].meta = { ...frames[0].meta, exemplars: await exemplars(query, from, to) };
  return frames;
}

const vector = (data) => (data.resultType === "scalar" ? [{ metric: {}, value: data.result }] : data.result);

function frame(target, metric, values, step) {
  const { __name__, ...labels } = metric;
  return createDataFrame({
    refId: target.refId,
    fields: [
      { name: "Time", type: FieldType.time, config: { interval: step }, values: values.map(([time]) => time * 1000) },
      {
        name: __name__ ?? "Value",
        type: FieldType.number,
        labels,
        config: { displayNameFromDS: name(target, metric) },
        values: values.map(([, value]) => number(value)),
      },
    ],
  });
}

/** What Grafana calls a series: by its format, or as Prometheus writes it. */
function name(target, metric) {
  const format = target.legendFormat;
  if (format === "__auto" || !format) {
    const { __name__, ...labels } = metric;
    return Object.keys(labels).length === 1
      ? Object.values(labels)[0]
      : series(metric) === "{}"
        ? target.expr
        : series(metric);
  }
  return legend(format, metric);
}

function series({ __name__ = "", ...labels }) {
  const inside = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return inside.length || !__name__ ? `${__name__}{${inside.join(", ")}}` : __name__;
}

const number = (text) => ({ "+Inf": Infinity, "-Inf": -Infinity })[text] ?? Number(text);

/** One row for each series, a column for each label. */
function table(target, data) {
  const rows = vector(data);
  const labels = [...new Set(rows.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return createDataFrame({
    refId: target.refId,
    fields: [
      { name: "Time", type: FieldType.time, values: rows.map(({ value }) => value[0] * 1000) },
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        values: rows.map(({ metric }) => metric[label] ?? ""),
      })),
      { name: "Value", type: FieldType.number, values: rows.map(({ value }) => number(value[1])) },
    ],
  });
}

/** Of cumulative buckets, what is in each: one field for each, the smallest first. */
function heatmap(series) {
  const bound = ({ fields }) => number(fields[1].labels.le);
  const buckets = series.filter(({ fields }) => "le" in (fields[1].labels ?? {})).sort((a, b) => bound(a) - bound(b));
  const times = [...new Set(buckets.flatMap(({ fields }) => [...fields[0].values]))].sort((a, b) => a - b);
  const at = buckets.map(({ fields }) => new Map(fields[0].values.map((time, i) => [time, fields[1].values[i]])));
  return createDataFrame({
    refId: buckets[0]?.refId,
    fields: [
      { name: "Time", type: FieldType.time, values: times },
      ...buckets.map((bucket, i) => ({
        name: bucket.fields[1].labels.le,
        type: FieldType.number,
        values: times.map((time) => Math.max(0, (at[i].get(time) ?? 0) - (at[i - 1]?.get(time) ?? 0))),
      })),
    ],
  });
}

async function exemplars(query, from, to) {
  const { data } = await get(`${API}/query_exemplars`, { query, start: from / 1000, end: to / 1000 });
  return data.flatMap(({ exemplars }) =>
    exemplars.map(({ labels, value, timestamp }) => ({ time: timestamp * 1000, value: Number(value), labels })),
  );
}
