// A panel's transformations and its options of fields, applied by @grafana/data.
import {
  FieldConfigOptionsRegistry,
  FieldType,
  applyFieldOverrides,
  cacheFieldDisplayNames,
  createDataFrame,
  displayNameOverrideProcessor,
  identityOverrideProcessor,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from "@grafana/data";
import { lastValueFrom } from "rxjs";
import { map } from "rxjs/operators";

/** A field for each label of a line: one of the transformations that @grafana/data has not. */
const extractFields = {
  id: "extractFields",
  name: "Extract fields",
  operator:
    ({ source, replace }) =>
    (frames) =>
      frames.pipe(map((all) => all.map((frame) => extracted(frame, source, replace)))),
};

function extracted(frame, source, replace) {
  const from = frame.fields.find(({ name }) => name === source);
  if (!from) return frame;
  const rows = from.values.map((value) => (typeof value === "string" ? JSON.parse(value) : value));
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const fields = names.map((name) => {
    const values = rows.map((row) => row[name]);
    const numbers = values.every((value) => value === undefined || (value !== "" && Number.isFinite(Number(value))));
    return {
      name,
      type: numbers ? FieldType.number : FieldType.string,
      values: values.map((value) => (value === undefined ? null : numbers ? Number(value) : value)),
    };
  });
  return createDataFrame({ ...frame, fields: [...(replace ? [] : frame.fields), ...fields] });
}

standardTransformersRegistry.setInit(() => {
  // some are there under an older name as well
  const known = new Map([extractFields, ...Object.values(standardTransformers)].map((one) => [one.id, one]));
  return [...known.values()].map((one) => ({ id: one.id, name: one.name, transformation: () => Promise.resolve(one) }));
});

const STANDARD = [
  "unit",
  "min",
  "max",
  "decimals",
  "color",
  "noValue",
  "thresholds",
  "mappings",
  "links",
  "filterable",
  "actions",
  "fieldMinMax",
];

/** Grafana has one for each type of panel; what is custom is what this panel says of itself. */
function registry({ defaults, overrides }, usual) {
  const item = (id, path, isCustom, process = identityOverrideProcessor) => ({
    id,
    path,
    name: id,
    isCustom,
    process,
    shouldApply: () => true,
    settings: {},
  });
  const custom = new Set(Object.keys({ ...usual, ...defaults.custom }));
  for (const { properties } of overrides) {
    for (const { id } of properties) if (id.startsWith("custom.")) custom.add(id.slice("custom.".length));
  }
  return new FieldConfigOptionsRegistry(() => [
    item("displayName", "displayName", false, displayNameOverrideProcessor),
    ...STANDARD.map((id) => item(id, id, false)),
    ...[...custom].map((path) => item(`custom.${path}`, path, true)),
  ]);
}

/** `usual` are the custom options that this type of panel has where the dashboard says nothing. */
export async function prepared(frames, panel, { theme, replaced, usual = {} }) {
  const transformed = await lastValueFrom(
    transformDataFrame(known(panel.transformations), frames, { interpolate: (text) => replaced(text) }),
  );
  const { defaults = {}, overrides = [] } = panel.fieldConfig ?? {};
  const fieldConfig = {
    defaults: {
      ...standard(panel.type),
      ...defaults,
      thresholds: thresholds(defaults.thresholds),
      custom: { ...usual, ...defaults.custom },
    },
    overrides,
  };
  const done = applyFieldOverrides({
    data: transformed,
    fieldConfig,
    fieldConfigRegistry: registry(fieldConfig, usual),
    replaceVariables: (text) => replaced(text),
    theme,
    timeZone: "utc",
  });
  cacheFieldDisplayNames(done); // the table takes them from there
  return done;
}

const standard = (type) => ({ color: { mode: type === "timeseries" ? "palette-classic" : "thresholds" } });

/** JSON has no minus infinity. */
function thresholds({ mode = "absolute", steps = [{ color: "green" }, { color: "red", value: 80 }] } = {}) {
  return { mode, steps: steps.map((step) => ({ ...step, value: step.value ?? -Infinity })) };
}

function known(transformations = []) {
  for (const { id } of transformations) {
    if (!standardTransformersRegistry.getIfExists(id))
      throw new Error(`a transformation that is not known here: ${id}`);
  }
  return transformations.filter(({ disabled }) => !disabled);
}
