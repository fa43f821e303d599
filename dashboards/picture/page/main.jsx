// Draws the dashboard that the address names: /?dashboard=robustmq-overview&from=MS&to=MS&interval=5s&var-NAME=VALUE
import "./page.css";
import { createTheme, dateTime, rangeUtil } from "@grafana/data";
import { initPluginTranslations } from "@grafana/i18n";
import { GlobalStyles, ThemeContext } from "@grafana/ui";
import { createRoot } from "react-dom/client";
import { get } from "./asked.js";
import { Dashboard } from "./dashboard.jsx";
import { builtIn } from "./time.js";
import { resolve } from "./variables.js";

async function main() {
  await initPluginTranslations("grafana");
  const wanted = new URLSearchParams(location.search);
  const dashboard = await get(`/dashboards/${wanted.get("dashboard")}.json`);
  const range = rangeOf(wanted);
  const scrape = rangeUtil.intervalToMs(wanted.get("interval") ?? "15s");
  const declared = dashboard.templating?.list ?? [];
  const variables = await resolve(declared, wanted, builtIn(range, scrape, scrape));
  const theme = createTheme({ colors: { mode: "dark" } });
  const root = createRoot(document.getElementById("page"));
  const page = (inside) => <ThemeContext.Provider value={theme}>{inside}</ThemeContext.Provider>;
  const styles = <GlobalStyles isExtensionSidebarOpen={false} />;
  root.render(page(styles));
  await fonts(theme);
  const all = { dashboard, variables, range, scrape, theme };
  root.render(
    page(
      <>
        {styles}
        <Dashboard {...all} />
      </>,
    ),
  );
}

/** What is drawn on a canvas is not drawn again when its font comes. */
async function fonts({ typography }) {
  await new Promise(requestAnimationFrame);
  const { fontFamily, fontFamilyMonospace } = typography;
  const all = [`400 12px ${fontFamily}`, `500 12px ${fontFamily}`, `400 12px ${fontFamilyMonospace}`];
  await Promise.all(all.map((font) => document.fonts.load(font)));
}

function rangeOf(wanted) {
  const to = dateTime(Number(wanted.get("to") ?? Date.now())).utc();
  const from = dateTime(Number(wanted.get("from") ?? to.valueOf() - 3_600_000)).utc();
  return { from, to, raw: { from, to } };
}

main().catch((error) => {
  document.body.dataset.failed = error.message;
  document.getElementById("page").textContent = error.stack;
});
