import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defaultClientConditions, defaultServerConditions, transformWithOxc } from "vite";
import { defineConfig } from "vitest/config";

/** Nothing leaves the origin, and nothing written into the page can run or restyle it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  // A picture of the page is painted from what the page itself has drawn; only its own code can make
  // an address of this kind, and an image runs nothing.
  "img-src 'self' blob:",
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

/**
 * Writes `serviceWorker.js` beside the built page, with the list of everything that was built. Its
 * version is a hash over all of that, so it changes with any byte and with nothing else.
 */
function serviceWorker(): Plugin {
  const source = join(import.meta.dirname, "src/serviceWorker.ts");
  return {
    name: "service-worker",
    apply: "build",
    async writeBundle({ dir }) {
      if (dir === undefined) return;
      const files = readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== "serviceWorker.js")
        .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
        .sort();
      const version = createHash("sha256");
      for (const file of files) version.update(file).update(readFileSync(join(dir, file)));
      const { code } = await transformWithOxc(readFileSync(source, "utf8"), source, {
        define: {
          __FILES__: JSON.stringify(files),
          __VERSION__: JSON.stringify(version.digest("hex").slice(0, 16)),
        },
      });
      writeFileSync(join(dir, "serviceWorker.js"), code);
    },
  };
}

export default defineConfig({
  // Relative, so that the built page runs from any folder of any static host.
  base: "./",
  plugins: [react(), contentSecurityPolicy(), serviceWorker()],
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
