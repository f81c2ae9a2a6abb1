import type { Command } from "./command.ts";

/**
 * The commands that a person may mean, best first: every word of the text must begin a word of the
 * command, stand in it, or at least have its letters there in order. Of equals the first stays first.
 */
export function searchCommands(commands: readonly Command[], text: string): readonly Command[] {
  const wanted = wordsOf(text);
  if (wanted.length === 0) return commands;
  return commands
    .flatMap((command) => {
      const rank = rankOf(command, wanted);
      return rank === null ? [] : [{ command, rank }];
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ command }) => command);
}

/** 0 is best; null when a word is not there. */
function rankOf({ name, words = "" }: Command, wanted: readonly string[]): number | null {
  const [names, others] = [wordsOf(name), wordsOf(words)];
  let sum = 0;
  for (const word of wanted) {
    const rank = Math.min(wordRank(names, word), wordRank(others, word) + OTHER_WORD);
    if (rank === Infinity) return null;
    sum += rank;
  }
  // Of two that have all the words, the shorter one says less that was not asked for.
  return sum + names.length / 100;
}

const OTHER_WORD = 0.5;

function wordRank(words: readonly string[], wanted: string): number {
  const ranks = words.map((word) => {
    if (word === wanted) return 0;
    if (word.startsWith(wanted)) return 1;
    if (word.includes(wanted)) return 2;
    return wanted.length > 2 && hasInOrder(word, wanted) ? 4 : Infinity;
  });
  return Math.min(Infinity, ...ranks);
}

function hasInOrder(word: string, letters: string): boolean {
  let at = 0;
  for (const letter of letters) {
    at = word.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

const wordsOf = (text: string): readonly string[] =>
  text.toLowerCase().match(/[\p{L}\p{N}._-]+|%/gu) ?? [];
