import type { LinkView } from "@chronik/core/view";
import { expect, test } from "vitest";
import { linkFaultText, linkSentence } from "./linkSentence.ts";

const SOUND = { isCut: false, lossPercent: 0, extraLatencyUs: 0 };

function link(from: string, to: string, fault: Partial<LinkView>): LinkView {
  return { id: `link:${from}>${to}`, from, to, ...SOUND, ...fault };
}

test("a link in order says only which it is", () => {
  expect(linkSentence("n1", "n2", [])).toBe("Link n1 to n2");
  expect(linkSentence("n1", "n2", [link("n1", "n3", { isCut: true })])).toBe("Link n1 to n2");
});

test("what both directions do is said once", () => {
  const both = [link("n1", "n2", { isCut: true }), link("n2", "n1", { isCut: true })];
  expect(linkSentence("n1", "n2", both)).toBe("Link n1 to n2; cut");
});

test("what one direction does is said with the direction", () => {
  const back = link("n2", "n1", { lossPercent: 20 });
  expect(linkSentence("n1", "n2", [back])).toBe("Link n1 to n2; 20 % lost from n2 to n1");
  const there = link("n1", "n2", { extraLatencyUs: 50_000 });
  expect(linkSentence("n1", "n2", [there, back])).toBe(
    "Link n1 to n2; 50 ms later from n1 to n2; 20 % lost from n2 to n1",
  );
});

test("of a link that is cut nothing else matters", () => {
  const all = link("n1", "n2", { lossPercent: 20, extraLatencyUs: 50_000 });
  expect(linkFaultText(all)).toBe("20 % lost, 50 ms later");
  expect(linkFaultText({ ...all, isCut: true })).toBe("cut");
});
