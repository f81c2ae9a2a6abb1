/** Builds what is measured, and runs it in processes of its own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { Sample } from "./measure.ts";

/** One run of a workload; the second form says in a sentence why there is no figure. */
type Measured = Sample | { readonly error: string };

export interface Program {
  run(suite: string, workload: string, profilePath?: string): Measured;
  remove(): void;
}

/**
 * Compiles the suites as they would be published, a file a module with only the types taken out:
 * what loads TypeScript on the fly also renames functions and takes memory that would be measured.
 */
export async function buildProgram(): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), "chronik-bench-"));
  await build({
    configFile: false,
    logLevel: "warn",
    root: fileURLToPath(new URL("../..", import.meta.url)),
    ssr: { noExternal: true, resolve: { conditions: ["source"] } },
    build: {
      ssr: fileURLToPath(new URL("./measure.ts", import.meta.url)),
      outDir: folder,
      emptyOutDir: true,
      target: "node20",
      minify: false,
      rolldownOptions: {
        output: { format: "es", preserveModules: true, entryFileNames: "[name].mjs" },
      },
    },
  });
  return {
    run: (suite, workload, profilePath) => runProcess(folder, suite, workload, profilePath),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function runProcess(
  folder: string,
  suite: string,
  workload: string,
  profilePath: string | undefined,
): Measured {
  const program = join(folder, "scripts", "bench", "measure.mjs");
  const args = ["--expose-gc", program, suite, workload];
  if (profilePath !== undefined) args.push(profilePath);
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
  });
  if (status === 0) return JSON.parse(stdout) as Sample;
  return { error: stderr.trim() || `the process ended by ${signal ?? `exit code ${status}`}` };
}
