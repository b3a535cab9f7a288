// node speed.mjs TOKENIZER.JSON TEXTS.JSON: for every line read, encodes all texts, one after the other, and writes how many tokens they have.
// The benchmark `tokenize` runs it.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Tokenizer } from 'tokenizers';

const [tokenizerFile, textsFile] = process.argv.slice(2);
const tokenizer = Tokenizer.fromString(readFileSync(tokenizerFile, 'utf8'));
const texts = JSON.parse(readFileSync(textsFile, 'utf8'));
for await (const _ of createInterface({ input: process.stdin })) {
  let tokens = 0;
  for (const text of texts) tokens += (await tokenizer.encode(text, null, { addSpecialTokens: false })).getLength();
  console.log(tokens);
}
