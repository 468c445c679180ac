import { defineConfig } from "vitest/config";

// Chromium 87 and 88 are what an office PC of 2020 has: newer built-ins are forbidden by `lib` in tsconfig.json, newer syntax is
// written out here. Nothing is put into a page itself, because its policy allows no inline script and no inline style.
export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "chrome87",
    cssTarget: "chrome87",
    outDir: "dist",
    assetsDir: "assets",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 250,
  },
  server: {
    port: 5173,
    strictPort: true,
    host: "127.0.0.1",
    // `riskwarn serve --port 8731` answers what the page asks; RISKWARN_SERVER names another.
    proxy: Object.fromEntries(
      ["/v1", "/sign-in", "/sign-out", "/console", "/pages", "/docs", "/openapi.json"].map((path) => [
        path,
        process.env["RISKWARN_SERVER"] ?? "http://127.0.0.1:8731",
      ]),
    ),
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
});
