import { expect, test } from "vitest";
import { plainText, say } from "./richText.ts";
import { sentenceView } from "./sentence.ts";
import { leader, node, request, scene } from "./testing/scene.ts";
import type { EventView } from "./view.ts";

const calm = scene([node(1), leader, node(3)]);
const STATE = { what: say`A state.`, why: say`It lasts.` };

function said(of: typeof calm, events: readonly EventView[]): string {
  const { eventId, what } = sentenceView(of, events, () => STATE);
  return `${eventId} ${plainText(what)}`;
}

const event = (id: number, atUs: number, importance: 1 | 2): EventView => ({
  id,
  atUs,
  what: say`Event ${id}.`,
  why: say`Because.`,
  tone: "plain",
  drama: null,
  importance,
});

test("the newest event that is worth it, while it is news", () => {
  const events = [event(1, 6_000_000, 2), event(2, 7_000_000, 2), event(3, 7_900_000, 1)];
  expect(said(calm, events)).toBe("2 Event 2.");
  expect(said({ ...calm, nowUs: 9_500_000 }, events)).toBe("2 Event 2.");
  expect(said({ ...calm, nowUs: 9_500_001 }, events)).toBe("0 A state.");
  expect(said(calm, [event(3, 7_900_000, 1)])).toBe("0 A state.");
});

test("whoever waits for an answer is spoken of before older news", () => {
  const waiting = { ...calm, requests: [request] };
  expect(said(waiting, [event(1, request.sentAtUs, 2)])).toBe("0 A state.");
  expect(said(waiting, [event(1, request.sentAtUs + 1, 2)])).toBe("1 Event 1.");
  const answered = { ...calm, requests: [{ ...request, state: "ok" as const }] };
  expect(said(answered, [event(1, request.sentAtUs, 2)])).toBe("1 Event 1.");
});
