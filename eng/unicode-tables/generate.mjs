// Writes UnicodeTables.txt: what Hugging Face tokenizers knows of every code point, asked of the library itself, since its
// parts (Oniguruma, Rust's standard library, three crates) carry different versions of Unicode.
//   npm install && npm run generate
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as hf from 'tokenizers';

const target = fileURLToPath(new URL('../../src/Microsoft.ML.SimPO/Text/Tokenization/Unicode/UnicodeTables.txt', import.meta.url));
const all = [];
for (let cp = 0; cp <= 0x10ffff; cp++) if (cp < 0xd800 || cp > 0xdfff) all.push(cp);
const str = cp => String.fromCodePoint(cp);
const hex = cp => cp.toString(16).toUpperCase();
const lines = [];

function tokenizer(parts) {
  return hf.Tokenizer.fromString(JSON.stringify({
    version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null,
    model: { type: 'WordLevel', vocab: { a: 0 }, unk_token: 'a' }, ...parts,
  }));
}
const preTokenizer = json => { const p = tokenizer({ pre_tokenizer: json }).getPreTokenizer(); return s => p.preTokenizeString(s).map(x => x[0]); };
const normalizer = json => { const n = tokenizer({ normalizer: json }).getNormalizer(); return s => n.normalizeString(s); };

function ranges(codePoints) {
  const found = [];
  for (const cp of codePoints) {
    const last = found[found.length - 1];
    // Surrogates are not text; a range may run across them.
    if (last && (cp === last[1] + 1 || (last[1] === 0xd7ff && cp === 0xe000))) last[1] = cp;
    else found.push([cp, cp]);
  }
  return found.map(([a, b]) => (a === b ? hex(a) : `${hex(a)}-${hex(b)}`)).join(' ');
}
function section(kind, name, codePoints) {
  if (codePoints.length > 0) lines.push(`${kind} ${name}: ${ranges(codePoints)}`);
}

// Oniguruma's properties: what is left when the runs of everything else are removed.
function matched(regex) {
  const split = preTokenizer({ type: 'Split', pattern: { Regex: regex }, behavior: 'Removed', invert: false });
  const found = [];
  for (let i = 0; i < all.length; i += 65536)
    for (const piece of split(all.slice(i, i + 65536).map(str).join('')))
      for (const c of piece) found.push(c.codePointAt(0));
  return found;
}
for (const c of 'Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co Cn'.split(' ')) section('category', c, matched(`\\P{${c}}+`));
section('set', 'RegexWord', matched('\\W+'));
section('set', 'RegexSpace', matched('\\S+'));
// A \\w of its own takes six characters more than one in brackets, and [:punct:] is not \\p{Punct}.
section('set', 'RegexClassWord', matched('[^\\w]+'));
for (const name of ['alnum', 'alpha', 'blank', 'cntrl', 'digit', 'graph', 'lower', 'print', 'punct', 'space', 'upper', 'word', 'xdigit']) section('posix', name, matched(`[[:^${name}:]]+`));
for (const name of ['Alphabetic', 'Uppercase', 'Lowercase', 'Emoji', 'Extended_Pictographic', 'Ideographic']) section('script', name.replaceAll('_', '').toLowerCase(), matched(`\\P{${name}}+`));
const scripts = `Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid
Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan
Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Garay Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Gurung_Khema Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana
Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Kirat_Rai
Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive
Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Ol_Onal Old_Hungarian Old_Italic
Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi
Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese Sunuwar Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet
Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Todhri Toto Tulu_Tigalari Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square`.split(/\s+/);
for (const s of scripts) {
  try { section('script', s.replaceAll('_', '').toLowerCase(), matched(`\\P{${s}}+`)); }
  catch (e) { console.error(`Oniguruma has no script ${s}`); }
}

// Which letters (?i:) takes for the same.
const cased = all.filter(cp => { const s = str(cp); return s.toLowerCase() !== s || s.toUpperCase() !== s || /\p{L}/u.test(s) && s.normalize('NFKC').toLowerCase() !== s.toLowerCase() && cp < 0x3000; });
const casedText = cased.map(str).join(' ');
for (const cp of cased) {
  const c = str(cp);
  const pieces = preTokenizer({ type: 'Split', pattern: { Regex: `(?i:${c})` }, behavior: 'Isolated', invert: false })(casedText);
  const same = pieces.filter(p => !p.includes(' ') && [...p].length === 1 && p !== c && cased.includes(p.codePointAt(0)));
  if (same.length > 0) lines.push(`case ${hex(cp)}: ${[...new Set(same)].map(s => hex(s.codePointAt(0))).join(' ')}`);
}

// Rust's sets, by what the pre-tokenizers do between two letters.
function isolated(json, alone) {
  const split = preTokenizer(json);
  return all.filter(cp => alone(split(`a${str(cp)}b`), str(cp)));
}
section('set', 'RustWord', isolated({ type: 'Whitespace' }, p => p.length === 1));
section('set', 'RustSpace', isolated({ type: 'WhitespaceSplit' }, p => p.length === 2));
section('set', 'RustNumeric', isolated({ type: 'Digits', individual_digits: true }, p => p.length === 3));
section('set', 'RustPunctuation', isolated({ type: 'Punctuation', behavior: 'Isolated' }, p => p.length === 3));
section('set', 'BertPunctuation', isolated({ type: 'BertPreTokenizer' }, p => p.length === 3));

// Normalizers that look at one code point at a time.
function changes(json) {
  const normalize = normalizer(json);
  return all.map(cp => [cp, normalize(str(cp))]).filter(([cp, s]) => s !== str(cp));
}
const bert = { type: 'BertNormalizer', clean_text: false, handle_chinese_chars: false, strip_accents: false, lowercase: false };
section('set', 'Accent', changes({ type: 'StripAccents' }).map(x => x[0]));
for (const [name, json] of [['Nmt', { type: 'Nmt' }], ['BertClean', { ...bert, clean_text: true }]]) {
  const changed = changes(json);
  section('set', `${name}Removed`, changed.filter(x => x[1] === '').map(x => x[0]));
  section('set', `${name}Space`, changed.filter(x => x[1] === ' ').map(x => x[0]));
  if (changed.some(x => x[1] !== '' && x[1] !== ' ')) throw new Error(`${name} does more than remove and blank`);
}
section('set', 'BertChinese', changes({ ...bert, handle_chinese_chars: true }).map(x => x[0]));
const stripBert = normalizer({ ...bert, strip_accents: true });
section('set', 'BertAccent', all.filter(cp => stripBert(str(cp)) === ''));
for (const [cp, s] of changes({ type: 'Lowercase' })) lines.push(`lower ${hex(cp)}: ${[...s].map(c => hex(c.codePointAt(0))).join(' ')}`);

// Normalization: full decompositions, combining classes (found by which of two marks is moved behind the other), compositions.
const isHangul = cp => cp >= 0xac00 && cp <= 0xd7a3;
const nfc = normalizer({ type: 'NFC' }), nfd = normalizer({ type: 'NFD' });
const canonical = new Map(changes({ type: 'NFD' }).filter(([cp]) => !isHangul(cp)));
for (const [cp, s] of canonical) lines.push(`canonical ${hex(cp)}: ${[...s].map(c => hex(c.codePointAt(0))).join(' ')}`);
for (const [cp, s] of changes({ type: 'NFKD' }))
  if (!isHangul(cp) && canonical.get(cp) !== s) lines.push(`compatible ${hex(cp)}: ${[...s].map(c => hex(c.codePointAt(0))).join(' ')}`);
const marks = all.filter(cp => !canonical.has(cp) && (/\p{M}/u.test(str(cp)) || /\P{Cn}/u.test(str(cp)) && str(cp).normalize('NFD') === str(cp) && ('a' + str(cp) + '\u0334').normalize('NFD') !== 'a' + str(cp) + '\u0334'));
const moves = (first, second) => nfd(`a${str(first)}${str(second)}`) === `a${str(second)}${str(first)}`;
// Sorted by class; a new class is inserted where it belongs, so no list of classes is needed.
const classes = [];
for (const mark of marks) {
  if (!moves(0x345, mark) && !moves(mark, 0x334)) continue; // class 0: nothing moves across it
  let low = 0, high = classes.length;
  while (low < high) { const mid = (low + high) >> 1; if (moves(mark, classes[mid][0])) low = mid + 1; else high = mid; }
  if (low < classes.length && !moves(classes[low][0], mark)) classes[low].push(mark);
  else classes.splice(low, 0, [mark]);
}
// Only their order matters: classes are numbered from 1.
classes.forEach((members, i) => section('class', String(i + 1), members));
for (const [cp, s] of canonical) {
  const parts = [...s];
  if (parts.length < 2 || nfc(s) !== str(cp)) continue;
  const first = nfc(parts.slice(0, -1).join(''));
  if ([...first].length !== 1) throw new Error(`${hex(cp)} is not composed of two`);
  lines.push(`compose ${hex(cp)}: ${hex(first.codePointAt(0))} ${hex(parts[parts.length - 1].codePointAt(0))}`);
}

// The scripts of the UnicodeScripts pre-tokenizer: code points that it does not part are of one.
const parts = preTokenizer({ type: 'UnicodeScripts' });
const groups = [];
let any = [], group;
for (const cp of all) {
  const c = str(cp);
  if (parts(`a${c}`).length === 1 && parts(`б${c}`).length === 1) { any.push(cp); continue; }
  if (!group || parts(str(group[0]) + c).length > 1) group = groups.find(g => parts(str(g[0]) + c).length === 1);
  if (group) group.push(cp); else groups.push(group = [cp]);
}
section('parting', '0', any);
groups.forEach((members, i) => section('parting', String(i + 1), members));

writeFileSync(target, `# Written by eng/unicode-tables. Kinds: category, set, script: code points; case: same letter to (?i); lower, canonical, compatible: what it becomes;\n# class: combining classes in order; compose: what it is made of; parting: scripts of UnicodeScripts, 0 joins all.\n${lines.join('\n')}\n`);
