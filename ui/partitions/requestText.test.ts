import type { RequestView } from "@chronik/core/view";
import { describe, expect, test } from "vitest";
import {
  newestRequest,
  pendingText,
  requestAnswer,
  requestOutcome,
  requestTitle,
  waitText,
} from "./requestText.ts";

const produce: RequestView = {
  id: 57,
  kind: "produce",
  client: "c1",
  to: "n1",
  target: "orders-1",
  acks: "all",
  sentAtUs: 8_352_000,
  answeredAtUs: null,
  state: "waiting",
  errorName: null,
  errorCode: 0,
  text: "",
  leaderHint: null,
  records: [],
};

describe("a request in words", () => {
  test("says what was asked, of whom", () => {
    expect(requestTitle(produce)).toBe("Produce to orders-1 at n1, acks=all");
    expect(requestTitle({ ...produce, kind: "fetch", acks: null, to: "" })).toBe("Read orders-1");
  });

  test("has no answer while it waits", () => {
    expect(requestAnswer(produce)).toBeNull();
  });

  test("names the error, its code and the leader", () => {
    const answer = requestAnswer({
      ...produce,
      state: "error",
      errorName: "NOT_LEADER_OR_FOLLOWER",
      errorCode: 6,
      text: "n2 leads orders-1",
      leaderHint: "n2",
    });
    expect(answer).toBe("NOT_LEADER_OR_FOLLOWER (6): n2 leads orders-1");
  });

  test("says the offset of a record and the records of a read", () => {
    expect(requestAnswer({ ...produce, state: "ok", text: "offset 41" })).toBe("offset 41");
    const records = [{ offset: 0, leaderEpoch: 1, key: "k1", value: "paid", durable: true }];
    expect(
      requestAnswer({ ...produce, kind: "fetch", state: "ok", text: "1 record", records }),
    ).toBe("1 record: k1=paid");
  });

  test("leaves the advice out where there is little room", () => {
    const refused = {
      errorName: "NOT_LEADER_OR_FOLLOWER",
      errorCode: 6,
      text: "n2 leads orders-1",
    };
    expect(requestOutcome({ ...produce, state: "error", ...refused })).toBe(
      "NOT_LEADER_OR_FOLLOWER (6)",
    );
    expect(requestOutcome({ ...produce, state: "ok", text: "offset 41" })).toBe("offset 41");
    expect(requestOutcome(produce)).toBeNull();
  });

  test("says something about an answer without words of its own", () => {
    expect(requestAnswer({ ...produce, state: "unanswered" })).toBe("no answer");
  });
});

test("the newest request is the one with the highest id", () => {
  expect(newestRequest([produce, { ...produce, id: 12 }])?.id).toBe(57);
  expect(newestRequest(undefined)).toBeNull();
});

describe("a request that waits", () => {
  const pending = {
    id: "n2:orders-1:1",
    node: "n2",
    partition: "orders-1",
    acks: "all",
    what: "offsets 41 to 43",
    deadlineUs: 9_000_000,
    waitsFor: ["n4: log end 41, in the ISR"],
  } as const;

  test("names the high watermark that an answer to acks=all waits for", () => {
    expect(pendingText(pending, null)).toBe(
      ", offsets 41–43, acks=all, waits for HW 44 and so for n4: log end 41, in the ISR",
    );
    expect(waitText({ ...pending, what: "offset 41", waitsFor: [] }, null)).toBe(
      "offset 41 waits for HW 42",
    );
  });

  test("names the entry on which it rests that nobody is waited for any more", () => {
    const leaving = { proposedIsr: ["n2", "n3"], proposedInEntry: 20 };
    expect(pendingText(pending, leaving)).toBe(
      ", offsets 41–43, acks=all, waits for HW 44 and so for entry 20",
    );
    const staying = { ...leaving, proposedIsr: ["n2", "n4"] };
    expect(pendingText(pending, staying)).toContain("and so for n4: log end 41");
  });

  test("names no high watermark where none decides", () => {
    const waitsFor = ["n2: its own disk ends at 41"];
    expect(waitText({ ...pending, acks: "1", what: "offset 41", waitsFor }, null)).toBe(
      "offset 41 waits for n2: its own disk ends at 41",
    );
    expect(waitText({ ...pending, what: "the record", waitsFor: [] }, null)).toBe(
      "the record waits for its turn",
    );
  });
});
