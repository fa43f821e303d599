// Opens dashboards in Chromium without a window, tells what is in the page and takes its picture:
//   node render.mjs <chromium> <folder of dashboards> <folder for pictures, or -> <query>...
// where a query is what main.jsx takes, such as dashboard=robustmq-overview&from=MS&to=MS, and the environment says
// who is asked, as server.mjs has it. Prints a line of JSON for each: its panels with type, title, status and error;
// and what the page complained of.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import UPNG from "upng-js";
import { serve } from "./server.mjs";

const WIDTH = 1600;
const LIMIT = 60_000;
const COLORS = 256;
const [executablePath, dashboards, folder, ...queries] = process.argv.slice(2);
const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const address = await serve(0, dashboards);
const profile = await mkdtemp(join(tmpdir(), "picture-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath,
  args: quiet,
  viewport: { width: WIDTH, height: 1000 },
  timeout: LIMIT,
});
try {
  for (const query of queries) console.log(JSON.stringify(await render(query)));
} finally {
  await browser.close();
  await rm(profile, { recursive: true, force: true });
}
process.exit(0); // with the server

async function render(query) {
  const page = await browser.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on(
    "response",
    (response) => response.status() >= 400 && complaints.push(`${response.status()} ${response.url()}`),
  );
  await page.goto(`${address}/?${query}`);
  await page.waitForFunction(settled, null, { timeout: LIMIT });
  await page.waitForLoadState("networkidle"); // icons
  const panels = await page.$$eval("[data-panel]", (all) =>
    all.map((panel) => ({
      type: panel.dataset.type,
      title: panel.dataset.title,
      status: panel.dataset.status,
      error: panel.dataset.error ?? null,
      text: panel.innerText,
      // of what draws
      canvases: panel.querySelectorAll("canvas, svg").length,
    })),
  );
  const name = new URLSearchParams(query).get("dashboard");
  if (folder !== "-") {
    const height = await page.evaluate(() => Math.ceil(document.querySelector("main").getBoundingClientRect().height));
    await page.setViewportSize({ width: WIDTH, height });
    await writeFile(join(folder, `${name}.png`), smaller(await page.screenshot()));
  }
  const failed = await page.evaluate(() => document.body.dataset.failed ?? null);
  await page.close();
  return { dashboard: name, failed, complaints, panels };
}

/** The same with a palette. */
function smaller(png) {
  const image = UPNG.decode(png);
  return Buffer.from(UPNG.encode(UPNG.toRGBA8(image), image.width, image.height, COLORS));
}

/** In the page: every panel has asked and drawn, and what it loads for that is there. */
function settled() {
  if (document.body.dataset.failed) return true;
  const all = document.getElementById("panels");
  const panels = [...document.querySelectorAll("[data-panel]")];
  return (
    all &&
    panels.length === Number(all.dataset.panels) &&
    panels.every(({ dataset }) => dataset.status !== "asks") &&
    document.fonts.status === "loaded"
  );
}
