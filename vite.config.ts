import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** Nothing leaves the origin, and nothing written into the page can run or restyle it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Only the built page carries the policy: the development server injects inline scripts. */
function contentSecurityPolicy(): Plugin {
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: CONTENT_SECURITY_POLICY },
        injectTo: "head-prepend",
      },
    ],
  };
}

export default defineConfig({
  // Relative, so that the built page runs from any folder of any static host.
  base: "./",
  plugins: [react(), contentSecurityPolicy()],
  // Core is read from its TypeScript source, by the page and by the tests alike.
  resolve: { conditions: ["source", ...defaultClientConditions] },
  ssr: {
    resolve: { conditions: ["source", ...defaultServerConditions] },
    noExternal: ["@chronik/core"],
  },
  worker: { format: "es" },
  build: {
    target: "es2023",
    // A font or an icon as a data: URL would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    include: [
      "core/**/*.test.ts",
      "ui/**/*.test.ts",
      "src/**/*.test.ts",
      "scripts/**/*.test.{ts,mjs}",
    ],
    exclude: ["**/node_modules/**", "**/dist/**", "e2e/**"],
    pool: "threads",
    // On a small machine the default leaves half of it idle, and nothing here is timed.
    maxWorkers: "100%",
    environment: "node",
    // Properties and random runs take as long as the machine takes; only a hang ends a test.
    testTimeout: 120_000,
    // What `npm run coverage` asks of the protocol; the rest is covered through it and by stories.
    coverage: {
      provider: "v8",
      include: ["core/raft/**/*.ts"],
      exclude: [
        "core/raft/{conformance,testing,contract,example}/**",
        "**/*.test.ts",
        "**/*.contract.ts",
      ],
      thresholds: { lines: 95, branches: 95 },
      reporter: ["text"],
    },
  },
});
