import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const ROOT = import.meta.dirname;
const OUT = join(ROOT, "..", "gateway", "static", "console");
/** What the built files come of: tests/gateway/test_console_build.py hashes the same ones, in the same way. */
const SOURCES = [
  "index.html",
  "package.json",
  "package-lock.json",
  "postcss.config.js",
  "tsconfig.json",
  "vite.config.ts",
];

function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  );
}

function hashOfSources(): string {
  const files = [...SOURCES, ...filesUnder("src"), ...filesUnder("public")].sort();
  const hash = createHash("sha256");
  for (const file of files) {
    hash
      .update(`${file}\n`)
      .update(
        createHash("sha256")
          .update(readFileSync(join(ROOT, file)))
          .digest("hex"),
      )
      .update("\n");
  }
  return hash.digest("hex");
}

function writeHash(): Plugin {
  return {
    name: "hash-of-sources",
    apply: "build",
    closeBundle: () => writeFileSync(join(OUT, "sources.sha256"), `${hashOfSources()}\n`),
  };
}

export default defineConfig({
  base: "/console/",
  plugins: [react(), writeHash()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
  },
  server: { port: 5173, proxy: { "/v1": "http://127.0.0.1:8080", "/console/sign-in": "http://127.0.0.1:8080" } },
});
