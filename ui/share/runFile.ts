import type { Intent } from "../page.ts";

/** A longer one is refused: no run that a page can play is as long. */
export const RUN_FILE_LENGTH_MAX = 16_777_216;

/** Of a longer file only so much is read that it can be seen to be too long. */
export async function readRunFile(file: File): Promise<Extract<Intent, { kind: "openFile" }>> {
  const text = await file.slice(0, RUN_FILE_LENGTH_MAX + 1).text();
  return { kind: "openFile", name: file.name, text };
}
