// One component for each type of panel that the dashboards have. Each gets the prepared frames.
import {
  VizOrientation,
  applyNullInsertThreshold,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  renderTextPanelMarkdown,
} from "@grafana/data";
import { BarGauge, BigValue, TimeSeries, VizRepeater } from "@grafana/ui";
import { TableNG } from "@grafana/ui/unstable";
import { exemplarsOn } from "./exemplars.js";
import { Gauge } from "./gauge.jsx";
import { Heatmap } from "./heatmap.jsx";
import { Logs } from "./logs.jsx";
import { Trace } from "./trace.jsx";

function Graph({ panel, frames, theme, width, height, range }) {
  const { legend = {} } = panel.options;
  // where a series lacks steps its line ends
  const [from, to] = [range.from.valueOf(), range.to.valueOf()];
  const gaps = { refFieldPseudoMin: from, refFieldPseudoMax: to };
  const lines = frames.map((frame) => applyNullInsertThreshold({ frame, ...gaps }));
  const exemplars = frames.flatMap(({ meta }) => meta?.exemplars ?? []);
  return (
    <TimeSeries
      frames={lines}
      theme={theme}
      width={width}
      height={height}
      timeRange={range}
      timeZone="utc"
      structureRev={1}
      legend={{ showLegend: true, displayMode: "list", placement: "bottom", calcs: [], ...legend }}
      options={panel.options}
    >
      {(config) => exemplarsOn(config, exemplars, theme)}
    </TimeSeries>
  );
}

const reduced = ({ panel, frames, theme, replaced }, sparkline = false) =>
  getFieldDisplayValues({
    data: frames,
    fieldConfig: panel.fieldConfig,
    reduceOptions: { calcs: ["lastNotNull"], values: false, ...panel.options.reduceOptions },
    replaceVariables: replaced,
    sparkline,
    theme,
    timeZone: "utc",
  });

/** Of several values, each with its place. */
function Several({ panel, values, width, height, children, ...layout }) {
  return (
    <VizRepeater
      source={values}
      getValues={() => values}
      getAlignmentFactors={(of) =>
        getDisplayValueAlignmentFactors(of.map(({ display, ...rest }) => ({ display, ...rest })))
      }
      renderValue={children}
      width={width}
      height={height}
      renderCounter={1}
      orientation={panel.options.orientation ?? VizOrientation.Auto}
      {...layout}
    />
  );
}

function Stat(props) {
  const { panel, theme, width, height } = props;
  const {
    colorMode = "value",
    graphMode = "area",
    justifyMode = "auto",
    textMode = "auto",
    text,
    wideLayout = true,
  } = panel.options;
  const values = reduced(props, graphMode !== "none");
  return (
    <Several panel={panel} values={values} width={width} height={height} autoGrid>
      {({ value, alignmentFactors, count, ...size }) => (
        <BigValue
          {...size}
          value={value.display}
          sparkline={value.sparkline}
          count={count}
          alignmentFactors={textMode === "auto" && count === 1 ? undefined : alignmentFactors}
          colorMode={colorMode}
          graphMode={graphMode}
          justifyMode={justifyMode}
          textMode={textMode}
          text={text}
          disableWideLayout={!wideLayout}
          theme={theme}
        />
      )}
    </Several>
  );
}

function Bars(props) {
  const { panel, theme, width, height } = props;
  const {
    displayMode = "gradient",
    showUnfilled = true,
    valueMode = "color",
    namePlacement = "auto",
    text,
    minVizHeight = 16,
    maxVizHeight = 300,
    minVizWidth = 8,
  } = panel.options;
  return (
    <Several
      panel={panel}
      values={reduced(props)}
      width={width}
      height={height}
      minVizHeight={minVizHeight}
      maxVizHeight={maxVizHeight}
      minVizWidth={minVizWidth}
      itemSpacing={8}
    >
      {({ value, alignmentFactors, orientation, ...size }) => (
        <BarGauge
          {...size}
          orientation={orientation}
          value={value.display}
          field={value.view?.dataFrame.fields[value.colIndex]?.config ?? value.field}
          display={value.view?.getFieldDisplayProcessor(value.colIndex)}
          displayMode={displayMode}
          showUnfilled={showUnfilled}
          valueDisplayMode={valueMode}
          namePlacement={namePlacement}
          text={text}
          itemSpacing={8}
          lcdCellWidth={8}
          alignmentFactors={alignmentFactors}
          theme={theme}
        />
      )}
    </Several>
  );
}

function Gauges(props) {
  const { panel, width, height } = props;
  return (
    <Several panel={panel} values={reduced(props)} width={width} height={height} autoGrid>
      {({ value, count, width: own, height: high }) => (
        <Gauge value={value} named={count > 1} width={own} height={high} theme={props.theme} />
      )}
    </Several>
  );
}

function Table({ panel, frames, width, height }) {
  const { cellHeight, showHeader = true, sortBy } = panel.options;
  return (
    <TableNG
      data={frames[0]}
      width={width}
      height={height}
      noHeader={!showHeader}
      cellHeight={cellHeight}
      sortBy={sortBy}
      fieldConfig={panel.fieldConfig}
      structureRev={1}
      enableVirtualization={false}
    />
  );
}

function Text({ panel, replaced }) {
  return (
    <div
      className="markdown-html"
      dangerouslySetInnerHTML={{ __html: renderTextPanelMarkdown(replaced(panel.options.content ?? "")) }}
    />
  );
}

/** `usual` is what Grafana's panel takes where the dashboard says nothing. */
export const PANELS = {
  timeseries: {
    draw: Graph,
    usual: {
      drawStyle: "line",
      lineInterpolation: "linear",
      lineWidth: 1,
      fillOpacity: 0,
      gradientMode: "none",
      showPoints: "auto",
      pointSize: 5,
      spanNulls: false,
      axisPlacement: "auto",
      axisColorMode: "text",
      axisBorderShow: false,
      axisCenteredZero: false,
      axisGridShow: true,
      barAlignment: 0,
      scaleDistribution: { type: "linear" },
      stacking: { mode: "none", group: "A" },
      thresholdsStyle: { mode: "off" },
      hideFrom: { legend: false, tooltip: false, viz: false },
      insertNulls: false,
    },
  },
  stat: { draw: Stat },
  gauge: { draw: Gauges },
  bargauge: { draw: Bars },
  table: {
    draw: Table,
    usual: { align: "auto", cellOptions: { type: "auto" }, footer: { reducers: [] }, inspect: false },
  },
  heatmap: { draw: Heatmap },
  logs: { draw: Logs },
  traces: { draw: Trace },
  text: { draw: Text, asksNothing: true },
};
