// Random patterns of the syntax that tokenizers use, for Oniguruma and this library alike.
export function pattern(next, depth = 0) {
  const pick = list => list[Math.floor(next() * list.length)];
  const set = () => pick(['\\s', '\\S', '\\d', '\\w', '\\W', '\\p{L}', '\\p{Lu}', '\\p{N}', '\\P{L}', '\\p{^M}', '\\p{Han}', '\\h', '[a-e]', '[^a-z]', '[\\p{L}\\p{M}&&[^aeiou]]', '[^\\s\\p{L}\\p{N}]', '[^\\r\\n\\p{L}\\p{N}]', '[\\w.]', '[^\\W_]', '[[:punct:]]', '[[:^alpha:]]', '[[:space:]x]', '.', '[à-ÿ]', '[一-龥😀-😿]', '[^[a-c]\\d]']);
  const atom = () => {
    const kind = next();
    if (kind < 0.45) return set();
    if (kind < 0.7) return pick(['a', 'e', 't', 'th', "'s", ' ', '\\n', '1', '\\.', '<', 'é', '中', '\\t', '-', "'"]);
    if (kind < 0.78 && depth < 2) return `(?i:${pattern(next, depth + 1)})`;
    if (kind < 0.9 && depth < 2) return `(?:${pattern(next, depth + 1)})`;
    if (kind < 0.93 && depth < 2) return `(?>${pattern(next, depth + 1)})`;
    return pick(['\\s', 'o', '\\p{Ll}']);
  };
  const quantified = () => {
    // The library refuses to repeat a group that can match nothing.
    let a = atom(); if (/^\((\?:|\?i:|\?>)/.test(a)) a = `(?:${a}${pick(['e', '\\s', '\\w'])})`;
    return next() < 0.5 ? a : (a.length > 1 && !/^(\\.|\\[pP]\{[^}]*\}|\[.*\]|\(.*\))$/.test(a) ? `(?:${a})` : a) + pick(['?', '+', '+', '*', '{1,3}', '{2}', '{2,}', '??', '+?', '*?', '?+', '++', '*+', '{1,2}?']);
  };
  const piece = () => {
    const kind = next();
    if (kind < 0.86) return quantified();
    if (kind < 0.92) return pick(['^', '$', '\\b', '\\B', '\\A', '\\z', '\\Z']);
    return pick(['(?=', '(?!', '(?<=', '(?<!']) + pick([set(), 'a', ' ']) + ')';
  };
  const branch = () => Array.from({ length: 1 + Math.floor(next() * 4) }, piece).join('');
  return Array.from({ length: 1 + Math.floor(next() * next() * 4) }, branch).join('|');
}
