// node fuzz.mjs --out DIR [--count N] [--seed S] [--only PART] [--patterns N] FOLDER...   (see README.md)
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Tokenizer } from 'tokenizers';
import { random, text } from './texts.mjs';
import { pattern } from './patterns.mjs';
import { variants } from './variants.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, count: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' }, only: { type: 'string', default: '' }, patterns: { type: 'string', default: '0' } },
});
const next = random(Number(options.seed) * 7919 + 17);
let total = 0;

async function write(name, json, count = Number(options.count)) {
  if (!name.includes(options.only)) return;
  let hf, limited = null;
  try {
    hf = Tokenizer.fromString(JSON.stringify({ ...json, truncation: null, padding: null }));
    if (json.truncation || json.padding) limited = Tokenizer.fromString(JSON.stringify(json));
  } catch (e) { console.error(`${name}: ${e.message}`); return; }
  const specials = (json.added_tokens ?? []).map(t => t.content);
  const rewritten = json.normalizer && (json.added_tokens ?? []).some(t => t.normalized);
  const lines = [];
  while (lines.length < count) {
    const given = text(next, specials);
    const encoding = await hf.encode(given, null, { addSpecialTokens: true }), plain = await hf.encode(given, null, { addSpecialTokens: false });
    const ids = encoding.getIds();
    const line = { text: given, ids, ids_no_special: plain.getIds(), offsets: encoding.getOffsets() };
    if (limited) line.limited = (await limited.encode(given, null, { addSpecialTokens: true })).getIds();
    // This version writes added tokens as they are normalized; the one in transformers writes them as they are.
    if (!rewritten) Object.assign(line, { tokens: ids.map(id => hf.idToToken(id)), decoded: await hf.decode(ids, true), decoded_with_special: await hf.decode(ids, false) });
    lines.push(JSON.stringify(line));
  }
  const folder = join(options.out, 'tokenizers', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(json));
  writeFileSync(join(folder, 'vectors.jsonl'), lines.join('\n') + '\n');
  total += lines.length;
}
for (const root of positionals)
  for (const name of readdirSync(root).sort()) {
    const path = join(root, name, 'tokenizer.json');
    if (!existsSync(path)) continue;
    const json = JSON.parse(readFileSync(path, 'utf8'));
    await write(name, json);
    for (let i = 0; i < Number(options.patterns) && name === 'gpt2-like'; i++) {
      const behavior = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'][i % 5];
      const split = { type: 'Split', pattern: { Regex: pattern(next) }, behavior, invert: next() < 0.2 };
      await write(`${name}.pattern-${i}`, { ...json, pre_tokenizer: { type: 'Sequence', pretokenizers: [split, { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }] } }, 101);
    }
    for (const [variant, changed] of Object.entries(variants(basename(name), json))) await write(`${name}.${variant}`, changed);
  }
console.log(`${total} texts`);
