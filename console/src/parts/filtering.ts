// What a list that is here whole shows of itself.

/** Do all words of a search stand in what a row says? */
export function wordsOf(search: string): (...said: string[]) => boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (...said) => {
    const all = said.join(' ').toLowerCase();
    return words.every((word) => all.includes(word));
  };
}
