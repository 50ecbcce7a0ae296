/** Finds a sentence among known ones. */

const patterns = new WeakMap<object, [RegExp, string][]>();

/** The translation of a sentence; `{}` stands for what differs from one time to the next. */
export function translated(sentences: Readonly<Record<string, string>>, sentence: string): string | undefined {
  const exact = sentences[sentence];
  if (exact) return exact;
  let known = patterns.get(sentences);
  if (!known) patterns.set(sentences, (known = Object.entries(sentences).filter(([english]) => english.includes("{}")).map(compiled)));
  for (const [pattern, other] of known) {
    const parts = pattern.exec(sentence)?.slice(1);
    if (parts) return other.replace(/\{\}/g, () => parts.shift() ?? "");
  }
  return undefined;
}

function compiled([english, other]: [string, string]): [RegExp, string] {
  const source = english.split("{}").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.*?)");
  return [new RegExp(`^${source}$`), other];
}
