export const SEED_MAX = 2 ** 32 - 1;
/**
 * Every browser opens so much (Safari, the strictest, 80,000 characters), and most programs that
 * people paste links into keep it whole. What is longer is shared as a file.
 */
export const LINK_LENGTH_MAX = 16_384;
export const LINK_ACTIONS_MAX = 2_000;
/** Of the text in a link, once it is inflated. */
export const LINK_BYTES_MAX = 1_048_576;
export const FILE_ACTIONS_MAX = 20_000;
/** Half an hour: what a page can replay while somebody waits. */
export const TIME_MAX_US = 1_800_000_000;
/** So many programs that send or read, the person included. */
export const CLIENT_MAX = 20;
