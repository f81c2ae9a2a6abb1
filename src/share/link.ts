import type { Run } from "@chronik/core/sim";
import { DEFAULT_RUN_OPTIONS } from "@chronik/core/sim";
import { LINK_ACTIONS_MAX, LINK_BYTES_MAX, LINK_LENGTH_MAX, TIME_MAX_US } from "../linkLimits.ts";
import { decodeBase64Url, encodeBase64Url } from "./base64Url.ts";
import { deflate, inflate } from "./deflate.ts";
import type { Parsed } from "./parsed.ts";
import { parseJson, refuse } from "./parsed.ts";
import { checkLinkText } from "./runSchema.ts";
import type { LinkText } from "./runSchema.ts";
import { changedOptions, checkActions } from "./sharedRun.ts";
import type { SharedRun } from "./sharedRun.ts";

/**
 * A link carries `{v, seed, options, actions, at}` as JSON behind `#run=`: as it is (version 1), or
 * deflated (version 2) behind `2.`. It opens exactly what it says or is refused.
 */
const HASH = "#run=";
const DEFLATED = "2.";
/** Longer texts are deflated if that makes them shorter. */
const PLAIN_LENGTH_MAX = 1_500;

/** The query and hash of a link that repeats this run and shows this moment of it. */
export async function formatLink({ run, viewAtUs, scenario }: SharedRun): Promise<Parsed<string>> {
  const { seed, options, actions } = run;
  if (actions.length > LINK_ACTIONS_MAX) return tooLong(`It has ${actions.length} actions.`);
  if (viewAtUs > TIME_MAX_US) return tooLong("It is longer than half an hour.");
  const link: LinkText = {
    v: 1,
    seed,
    options: changedOptions(options),
    actions: [...actions],
    at: viewAtUs,
  };
  const text = JSON.stringify(link);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > LINK_BYTES_MAX) return tooLong(`It has ${bytes.length} bytes.`);
  const plain = encodeBase64Url(bytes);
  const deflated =
    plain.length > PLAIN_LENGTH_MAX ? `${DEFLATED}${encodeBase64Url(await deflate(text))}` : plain;
  const shorter = deflated.length < plain.length ? deflated : plain;
  if (shorter.length > LINK_LENGTH_MAX) return tooLong(`It is ${shorter.length} characters long.`);
  const name = scenario === "" ? "" : `scenario=${scenario}&`;
  return { ok: true, value: `?${name}seed=${seed}${HASH}${shorter}` };
}

/** Null when the address holds no run. */
export function runTextOf(hash: string): string | null {
  return hash.startsWith(HASH) ? hash.slice(HASH.length) : null;
}

/** The run of a link, from what stands behind `#run=`. */
export async function parseRunText(
  encoded: string,
): Promise<Parsed<{ readonly run: Run; readonly viewAtUs: number }>> {
  if (encoded.length > LINK_LENGTH_MAX) {
    return refuseLink(`It is ${encoded.length} characters long, the limit is ${LINK_LENGTH_MAX}.`);
  }
  const json = await jsonOf(encoded);
  if (json === "tooLarge") return refuseLink(`It holds more than ${LINK_BYTES_MAX} bytes.`);
  const data = json === "damaged" ? undefined : parseJson(json.text);
  if (data === undefined) return refuseLink("It is damaged: part of it is missing or was changed.");
  const checked = checkLinkText(data);
  if (!checked.ok) return refuseLink(`${checked.breach}.`);
  const { seed, options, at } = checked.value;
  if (checked.value.actions.length > LINK_ACTIONS_MAX) {
    return refuseLink(`actions are more than ${LINK_ACTIONS_MAX}.`);
  }
  const actions = await checkActions(checked.value.actions, (at) => `actions.${at}`);
  if (!actions.ok) return refuseLink(`${actions.breach}.`);
  const run = { seed, options: { ...DEFAULT_RUN_OPTIONS, ...options }, actions: actions.value };
  return { ok: true, value: { run, viewAtUs: at } };
}

export function refuseLink(
  reason: string,
  advice = "Copy the whole link again, or go on with the run that is open now.",
): Parsed<never> {
  return refuse("This link cannot be opened.", reason, advice);
}

async function jsonOf(
  encoded: string,
): Promise<{ readonly text: string } | "damaged" | "tooLarge"> {
  const isDeflated = encoded.startsWith(DEFLATED);
  const bytes = decodeBase64Url(isDeflated ? encoded.slice(DEFLATED.length) : encoded);
  if (bytes === null) return "damaged";
  if (isDeflated) {
    const inflated = await inflate(bytes, LINK_BYTES_MAX);
    return inflated.kind === "text" ? inflated : inflated.kind;
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return "damaged";
  }
}

function tooLong(reason: string): Parsed<never> {
  return refuse(
    "This run is too long for a link.",
    reason,
    `A link holds half an hour, ${LINK_ACTIONS_MAX} actions and ${LINK_LENGTH_MAX} characters. Save it as a file instead.`,
  );
}
