export const SEED_MAX = 2 ** 32 - 1;
export const LINK_LENGTH_MAX = 8_000;
export const ACTIONS_MAX = 500;
/** Half an hour: what a page can replay while somebody waits. */
export const TIME_MAX_US = 1_800_000_000;
/** So many programs that send or read, the person included. */
export const CLIENT_MAX = 20;
