import { expect, test } from "vitest";
import { pageWith } from "../command/testing.ts";
import { paletteOptions } from "./paletteOptions.ts";

const SCENARIOS = [{ name: "five-brokers", title: "Five brokers", about: "Two may fail." }];

const names = (text: string, recent: readonly string[] = []): readonly string[] =>
  paletteOptions(text, pageWith(), recent, SCENARIOS).map(({ name }) => name);

test("without a text what was done last comes first, as far as it is still there", () => {
  expect(names("", ["kill:n9", "pause:n3", "kill:n1"]).slice(0, 2)).toEqual([
    "Pause n3",
    "Cut power of n1",
  ]);
  expect(names("")).toContain("Open seed …");
});

test("what is said outright comes before what may be meant, and only once", () => {
  const found = names("clock of n3 at 50 %");
  expect(found[0]).toBe("Run the clock of n3 at 50 %");
  expect(found.filter((name) => name === found[0])).toHaveLength(1);
});

test("what cannot be done now is offered with its reason", () => {
  const [first] = paletteOptions("restart n1", pageWith(), [], []);
  expect(first?.name).toBe("Restart n1");
  expect(first?.refusal).toBe("n1 runs already.");
});

test("what cannot be done now comes after all that can", () => {
  const cuts = names("cut");
  expect(cuts.indexOf("Heal every cut")).toBeGreaterThan(cuts.indexOf("Cut link n1 to n2"));
  for (const text of ["", "cut", "n1", "clock"]) {
    const refusals = paletteOptions(text, pageWith(), ["healAll"], []).map((one) => one.refusal);
    const possible = refusals.filter((refusal) => refusal === null).length;
    expect(possible).toBeGreaterThan(0);
    expect(refusals.slice(0, possible).every((refusal) => refusal === null)).toBe(true);
  }
});

test("what is said outright stays first, so that Enter does nothing else", () => {
  const [first] = paletteOptions("clock of n1 at 100 %", pageWith(), [], []);
  expect(first).toMatchObject({
    name: "Run the clock of n1 at 100 %",
    refusal: "It does so already.",
  });
});

test("a scenario is found by its name and by what is said of it", () => {
  expect(names("five brokers")[0]).toBe("Open scenario five-brokers");
  expect(names("two may fail")).toEqual(["Open scenario five-brokers"]);
  expect(names("scenario five-brokers")).toContain("Open scenario five-brokers");
});
