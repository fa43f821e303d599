// The head of a dashboard, its rows and its panels on Grafana's grid of 24 columns.
import { LoadingState, dateTimeFormat, rangeUtil } from "@grafana/data";
import { Icon, PanelChrome } from "@grafana/ui";
import { Component, useEffect, useState } from "react";
import { NotHere, answered } from "./asked.js";
import { prepared } from "./fields.js";
import { PANELS } from "./panels.jsx";
import { builtIn, stepOf } from "./time.js";
import { replace } from "./variables.js";

const COLUMNS = 24;
const CELL = 30;
const GAP = 8;
const MARGIN = 16;

export function Dashboard({ dashboard, variables, range, scrape, theme }) {
  const width = document.documentElement.clientWidth - 2 * MARGIN;
  const { placed, rows } = layout(dashboard.panels);
  const height = Math.max(...placed.map(({ y, h }) => y + h)) * (CELL + GAP);
  return (
    <main style={{ padding: MARGIN, background: theme.colors.background.canvas, color: theme.colors.text.primary }}>
      <Head dashboard={dashboard} variables={variables} range={range} theme={theme} />
      <div id="panels" data-panels={placed.length - rows} style={{ position: "relative", height }}>
        {placed.map(({ panel, x, y, w, h }) => {
          const box = { width: (w * (width + GAP)) / COLUMNS - GAP, height: h * (CELL + GAP) - GAP };
          const style = { position: "absolute", left: (x * (width + GAP)) / COLUMNS, top: y * (CELL + GAP), ...box };
          return panel.type === "row" ? (
            <h2 className="row" key={`row ${panel.id}`} style={style}>
              <Icon name="angle-down" /> {panel.title}
            </h2>
          ) : (
            <div key={panel.id} style={style}>
              <Panel panel={panel} {...{ box, variables, range, scrape, theme }} />
            </div>
          );
        })}
      </div>
    </main>
  );
}

/** Rows that the dashboard has folded are shown open, and push down what is under them. */
function layout(panels) {
  const placed = [];
  let pushed = 0;
  for (const panel of [...panels].sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x)) {
    placed.push({ panel, ...panel.gridPos, y: panel.gridPos.y + pushed });
    if (panel.type !== "row" || !panel.collapsed || !panel.panels?.length) continue;
    const top = Math.min(...panel.panels.map(({ gridPos }) => gridPos.y));
    const begin = panel.gridPos.y + pushed + 1 - top;
    placed.push(...panel.panels.map((inner) => ({ panel: inner, ...inner.gridPos, y: inner.gridPos.y + begin })));
    pushed += Math.max(...panel.panels.map(({ gridPos }) => gridPos.y + gridPos.h)) - top;
  }
  return { placed, rows: placed.filter(({ panel }) => panel.type === "row").length };
}

function Head({ dashboard, variables, range, theme }) {
  const box = {
    border: `1px solid ${theme.components.input.borderColor}`,
    background: theme.components.input.background,
  };
  const time = (of) => dateTimeFormat(of, { format: "YYYY-MM-DD HH:mm:ss", timeZone: "utc" });
  return (
    <header className="head">
      <h1>{dashboard.title}</h1>
      <div className="times" style={box}>
        <Icon name="clock-nine" /> {time(range.from)} to {time(range.to)}{" "}
        <b style={{ color: theme.v1.palette.orange }}>UTC</b>
      </div>
      <div className="variables">
        {Object.values(variables)
          .filter(({ declared }) => declared.hide !== 2)
          .map(({ declared, shown }) => (
            <label key={declared.name} style={box}>
              <span style={{ background: theme.colors.background.secondary }}>{declared.label || declared.name}</span>
              {shown || "\u00a0"} {declared.type !== "textbox" && <Icon name="angle-down" />}
            </label>
          ))}
      </div>
    </header>
  );
}

function Panel({ panel, box, variables, range, scrape, theme }) {
  const [state, setState] = useState({ status: "asks" });
  const type = PANELS[panel.type];
  const least = panel.interval ? Math.max(scrape, rangeUtil.intervalToMs(panel.interval)) : scrape;
  const step = stepOf(range, panel.maxDataPoints ?? Math.floor(box.width), least);
  const replaced = (text, language) => replace(text, variables, builtIn(range, step, scrape), language);

  useEffect(() => {
    load().then(setState, (error) =>
      setState({ status: error instanceof NotHere ? "not-here" : "error", error: error.message }),
    );
  }, []);

  async function load() {
    if (!type) throw new Error(`a panel of type ${panel.type} is not drawn here`);
    if (panel.repeat) throw new Error("a repeated panel is not drawn here");
    if (type.asksNothing) return { status: "drawn", frames: [] };
    const asked = panel.targets.filter(({ hide }) => !hide);
    const context = { from: range.from.valueOf(), to: range.to.valueOf(), step, replaced };
    const answers = await Promise.all(
      asked.map((target) => answered(target, (target.datasource ?? panel.datasource)?.type, context)),
    );
    const frames = await prepared(answers.flat(), panel, { theme, replaced, usual: type.usual });
    const empty = frames.every(({ length }) => !length);
    return { status: empty ? "no-data" : "drawn", frames };
  }

  const failed = (error) => setState({ status: "error", error: error.message });
  const Draw = type?.draw;
  return (
    <section
      data-panel={panel.id}
      data-type={panel.type}
      data-title={panel.title}
      data-status={state.status}
      data-error={state.error}
    >
      <PanelChrome
        title={replaced(panel.title ?? "")}
        description={panel.description}
        width={box.width}
        height={box.height}
        displayMode={panel.transparent ? "transparent" : "default"}
        loadingState={state.status === "asks" ? LoadingState.Loading : LoadingState.Done}
        statusMessage={state.status === "error" ? state.error : undefined}
      >
        {(width, height) => {
          if (state.error) return <p className="words">{state.error}</p>;
          if (state.status === "no-data")
            return <p className="words">{panel.fieldConfig?.defaults?.noValue ?? "No data"}</p>;
          if (state.status !== "drawn") return null;
          return (
            <Fence failed={failed}>
              <Draw
                panel={{ options: {}, ...panel }}
                frames={state.frames}
                {...{ width, height, range, theme, replaced }}
              />
            </Fence>
          );
        }}
      </PanelChrome>
    </section>
  );
}

/** What a panel's drawing throws is that panel's error. */
class Fence extends Component {
  state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  componentDidCatch(error) {
    this.props.failed(error);
  }

  render() {
    return this.state.broken ? null : this.props.children;
  }
}
