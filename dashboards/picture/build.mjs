// Bundles the page into dist/.
import { cp } from "node:fs/promises";
import { build } from "esbuild";

await build({
  entryPoints: { page: "page/main.jsx" },
  outdir: "dist",
  bundle: true,
  format: "esm",
  splitting: true,
  minify: true,
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
  // an editor of code, which is only loaded where one is shown
  external: ["monaco-editor", "monaco-editor/*", "@monaco-editor/react"],
  logLevel: "warning",
});
await cp("page/index.html", "dist/index.html");

// where Grafana's style sheet and icons look for them
const PUBLIC = "dist/public";
const MONO = "roboto/L0xTDF4xlVMF-BfR8bXMIhJHg45mwgGEFl0_3vrtSM1J-gEPT5Ese6hmHSh0mQ.woff2";
const FONTS = {
  "inter/Inter-Regular.woff2": "inter/files/inter-latin-400-normal.woff2",
  "inter/Inter-Medium.woff2": "inter/files/inter-latin-500-normal.woff2",
  [MONO]: "roboto-mono/files/roboto-mono-latin-400-normal.woff2",
};
await cp("node_modules/@grafana/ui/dist/public/img", `${PUBLIC}/build/img`, { recursive: true });
for (const [to, from] of Object.entries(FONTS)) await cp(`node_modules/@fontsource/${from}`, `${PUBLIC}/fonts/${to}`);
