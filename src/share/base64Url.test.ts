import { expect, test } from "vitest";
import { decodeBase64Url, encodeBase64Url } from "./base64Url.ts";

test.each([
  ["", ""],
  ["f", "Zg"],
  ["foobar", "Zm9vYmFy"],
  ["\u00ff\u00fe~~?", "w7_Dvn5-Pw"],
])("encodes %j as %j", (text, encoded) => {
  const bytes = new TextEncoder().encode(text);
  expect(encodeBase64Url(bytes)).toBe(encoded);
  if (text !== "") expect(decodeBase64Url(encoded)).toEqual(bytes);
});

test.each(["", "A", "AAAAA", "Zg==", "Zm 9v", "w7+D", "\u00e9"])("refuses %j", (encoded) => {
  expect(decodeBase64Url(encoded)).toBeNull();
});
