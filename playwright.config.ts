import { defineConfig } from "@playwright/test";

const PORT = Number(process.env["CHRONIK_PORT"] ?? 4199);

/** The page's own tests, on the production build. `npm test` builds it and names the Chromium. */
export default defineConfig({
  testDir: "e2e",
  timeout: 90_000,
  expect: { timeout: 15_000 },
  fullyParallel: true,
  workers: 2,
  retries: 0,
  reporter: "list",
  // What is measured is measured first, and alone.
  projects: [
    { name: "measured", testMatch: "measured.spec.ts" },
    { name: "page", testIgnore: "measured.spec.ts", dependencies: ["measured"] },
  ],
  use: {
    baseURL: `http://localhost:${PORT}`,
    viewport: { width: 1440, height: 900 },
    // A recorded trace copies the page at every step, and this page changes with every frame.
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env["CHRONIK_CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview --port ${PORT} --strictPort --host localhost`,
    url: `http://localhost:${PORT}`,
    reuseExistingServer: false,
  },
});
