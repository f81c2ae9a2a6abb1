import { expect, test } from "vitest";
import { ErrorCode } from "../wire/index.ts";
import { PARTITIONS_MAX } from "./creatableTopic.ts";
import { topicRequest } from "./testing/testCluster.ts";
import { TestOffice } from "./testing/testOffice.ts";

function codes(validateOnly: boolean): { codes: number[] | null; made: string[] } {
  const office = new TestOffice(3);
  office.elect(1);
  office.run(100_000);
  const topics = [PARTITIONS_MAX - 1, 2, 1, 1].flatMap((partitionCount, at) => {
    return topicRequest(`t${at}`, partitionCount, 1).topics;
  });
  const asked = office.createTopics(1, { ...topicRequest("t", 1, 1), topics, validateOnly });
  const { response } = asked;
  return {
    codes: response?.api === "createTopics" ? response.topics.map((one) => one.errorCode) : null,
    made: [...office.metadata.topics.keys()],
  };
}

test("one request makes only so many partitions, whatever topics they are of", () => {
  const { NONE, INVALID_PARTITIONS } = ErrorCode;
  const expected = [NONE, INVALID_PARTITIONS, NONE, INVALID_PARTITIONS];
  expect(codes(false)).toEqual({ codes: expected, made: ["t0", "t2"] });
  expect(codes(true)).toEqual({ codes: expected, made: [] });
});
