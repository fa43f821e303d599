// The variables of a dashboard: their values, and what they make of a text.
import { NotHere, asked } from "./asked.js";

const PROMETHEUS_SPECIAL = /[\\^$.*+?()[\]{}|]/g;
const LUCENE_SPECIAL = /[+\-=&|><!(){}[\]^"~*?:\\/]/g;

/** How Grafana writes several values at once, by the name behind the colon. */
const FORMATS = {
  raw: (values) => values.join(","),
  csv: (values) => values.join(","),
  pipe: (values) => values.join("|"),
  regex: (values) => regex(values),
  glob: (values) => (values.length > 1 ? `{${values.join(",")}}` : values.join("")),
  text: (values) => values.join(" + "),
  json: (values) => JSON.stringify(values),
  lucene: (values) => lucene(values),
  doublequote: (values) => values.map((v) => `"${v}"`).join(","),
  singlequote: (values) => values.map((v) => `'${v}'`).join(","),
  percentencode: (values) => encodeURIComponent(values.join(",")),
  queryparam: (values, name) => values.map((v) => `var-${name}=${encodeURIComponent(v)}`).join("&"),
};

const regex = (values) => {
  const escaped = values.map((v) => v.replace(PROMETHEUS_SPECIAL, "\\$&"));
  return escaped.length > 1 ? `(${escaped.join("|")})` : (escaped[0] ?? "");
};

const lucene = (values) => {
  const quoted = values.map((v) => `"${v.replace(/["\\]/g, "\\$&")}"`);
  return values.length > 1 ? `(${quoted.join(" OR ")})` : (values[0] ?? "").replace(LUCENE_SPECIAL, "\\$&");
};

/** In a query's own language, where the text names no format. */
const USUAL = {
  prometheus: (variable) => (promised(variable) ? regexInString(variable.values) : variable.values.join("")),
  loki: (variable) => (promised(variable) ? regexInString(variable.values) : variable.values.join("")),
  elasticsearch: (variable) => lucene(variable.values),
  plain: (variable) => variable.values.join(","),
};

const promised = (variable) => variable.multi || variable.includeAll;
// a backslash of the regular expression is one of the query's string, too
const regexInString = (values) => regex(values).replaceAll("\\", "\\\\");

/** `built` are those that Grafana has itself, without the dollar. */
export function replace(text, variables, built, language = "plain") {
  if (typeof text !== "string") return text;
  const pattern = /\$(\w+)|\$\{(\w+)(?:\.[^:}]+)?(?::(\w+))?\}|\[\[(\w+)(?::(\w+))?\]\]/g;
  return text.replace(pattern, (whole, plain, braced, format, square, squareFormat) => {
    const name = plain ?? braced ?? square;
    if (name in built) return built[name];
    const variable = variables[name];
    if (!variable) return whole;
    if (variable.whole !== undefined) return variable.whole;
    const write = FORMATS[format ?? squareFormat];
    return write ? write(variable.values, name) : (USUAL[language] ?? USUAL.plain)(variable);
  });
}

/** Asks for the values of each, in order, as later ones may speak of earlier ones. */
export async function resolve(list, wanted, built) {
  const variables = {};
  for (const declared of list) {
    const options = await optionsOf(declared, variables, built);
    variables[declared.name] = chosen(declared, options, wanted.get(`var-${declared.name}`));
  }
  return variables;
}

async function optionsOf(declared, variables, built) {
  switch (declared.type) {
    case "datasource":
      return [declared.query];
    case "constant":
    case "textbox":
      return [declared.query ?? ""];
    case "custom":
    case "interval":
      return declared.query.split(",").map((one) => one.split(" : ").pop().trim());
    case "query":
      return filtered(await valuesOf(declared, variables, built), declared.regex);
    default:
      throw new Error(`a variable of type ${declared.type} is not known here: ${declared.name}`);
  }
}

/** None if who has them is not here: the panels say so. */
async function valuesOf(declared, variables, built) {
  try {
    return await asked(declared, (text, language) => replace(text, variables, built, language));
  } catch (error) {
    if (error instanceof NotHere) return [];
    throw error;
  }
}

function filtered(options, regex) {
  if (!regex) return options;
  const [, source, flags] = regex.match(/^\/(.*)\/(\w*)$/) ?? [null, regex, ""];
  const pattern = new RegExp(source, flags.replace("g", ""));
  const kept = options.map((option) => option.match(pattern)).filter(Boolean);
  return [...new Set(kept.map((match) => match[1] ?? match[0]))];
}

function chosen(declared, options, wanted) {
  const current = [declared.current?.value ?? []].flat();
  const all =
    declared.includeAll && (wanted === null ? current.includes("$__all") || current.length === 0 : wanted === "$__all");
  const kept = current.filter((value) => value !== "$__all" && value !== "");
  const values = wanted !== null && !all ? [wanted] : all ? options : kept.length ? kept : options.slice(0, 1);
  return {
    declared,
    multi: declared.multi,
    includeAll: declared.includeAll,
    values: values.map(String),
    shown: all ? "All" : values.join(" + "),
    whole: all && declared.allValue ? declared.allValue : undefined,
  };
}
