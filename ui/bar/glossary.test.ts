import { expect, test } from "vitest";
import { GLOSSARY } from "./glossary.ts";

test("every word has one sentence, and is found by the alphabet", () => {
  const words = GLOSSARY.map(([word]) => word.toLowerCase());
  expect(words).toEqual(words.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(new Set(words).size).toBe(words.length);
  for (const [, meaning] of GLOSSARY) expect(meaning).toMatch(/^[A-Z][^.]*\.$/);
});
