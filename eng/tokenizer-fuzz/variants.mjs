// Tokenizers made of others by exchanging one part, so that every part meets every text.
const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
const bert = { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true };
const replace = (pattern, content) => ({ type: 'Replace', pattern, content });
const split = (pattern, behavior, invert) => ({ type: 'Split', pattern, behavior, invert });
const behaviors = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];

const normalizers = {
  nfc: { type: 'NFC' }, nfd: { type: 'NFD' }, nfkc: { type: 'NFKC' }, nfkd: { type: 'NFKD' }, lower: { type: 'Lowercase' }, nmt: { type: 'Nmt' }, accents: { type: 'StripAccents' },
  'nfd-accents': { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'StripAccents' }, { type: 'NFC' }] },
  strip: { type: 'Strip', strip_left: true, strip_right: true }, 'strip-left': { type: 'Strip', strip_left: true, strip_right: false }, 'strip-right': { type: 'Strip', strip_left: false, strip_right: true },
  bert, 'bert-cased': { ...bert, lowercase: false }, 'bert-accents': { ...bert, lowercase: false, strip_accents: true }, 'bert-plain': { ...bert, clean_text: false, handle_chinese_chars: false, strip_accents: false },
  prepend: { type: 'Prepend', prepend: '▁▁x' }, 'replace-string': replace({ String: 'e' }, 'EE'), 'replace-none': replace({ String: ' ' }, ''),
  'replace-regex': replace({ Regex: '\\s+' }, '_'), 'replace-class': replace({ Regex: '[[:punct:]&&[^.]]' }, ''), 'nfkc-lower-strip': { type: 'Sequence', normalizers: [{ type: 'NFKC' }, { type: 'Lowercase' }, { type: 'Strip', strip_left: true, strip_right: true }] },
};
const gpt4 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
const o200k = "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const preTokenizers = {
  'whitespace': { type: 'Whitespace' }, 'whitespace-split': { type: 'WhitespaceSplit' }, bert: { type: 'BertPreTokenizer' }, scripts: { type: 'UnicodeScripts' },
  delimiter: { type: 'CharDelimiterSplit', delimiter: 'e' }, digits: { type: 'Digits', individual_digits: false }, 'digits-each': { type: 'Digits', individual_digits: true }, 'fixed': { type: 'FixedLength', length: 3 },
  ...Object.fromEntries(behaviors.map(b => [`punctuation-${b}`, { type: 'Punctuation', behavior: b }])),
  ...Object.fromEntries(behaviors.flatMap(b => [false, true].map(i => [`split-${b}-${i}`, split({ Regex: '[aeiou]|\\s+|\\p{N}' }, b, i)]))),
  ...Object.fromEntries(behaviors.map(b => [`split-empty-${b}`, split({ Regex: '\\p{Lu}*' }, b, false)])),
  'split-string': split({ String: 'th' }, 'MergedWithNext', false),
  gpt4: split({ Regex: gpt4 }, 'Isolated', false), o200k: split({ Regex: o200k }, 'Removed', true),
  'look': split({ Regex: '(?<=[a-z])(?=[A-Z])|(?<!\\s)\\b\\p{Nd}+|^\\p{L}|\\S$|\\z' }, 'Isolated', false), 'lazy': split({ Regex: '(?:\\w+?x|[^\\W\\d_]{2,3}?|(?>a|ab)c|\\h{2}\\R?)'.replace('\\R?', '') }, 'Contiguous', false),
  'case': split({ Regex: '(?i)[k-sà-ÿ]+|(?i:ω|ß|ά)' }, 'Isolated', false), posix: split({ Regex: '[[:alpha:]]+|[[:^space:]]' .replace('[[:alpha:]]', '\\p{Alphabetic}').replace('\\p{Alphabetic}', '\\p{L}') }, 'Isolated', false), han: split({ Regex: '\\p{Han}+|[\\p{Hiragana}\\p{Katakana}]+|\\p{^Latin}' }, 'MergedWithPrevious', false),
  'metaspace-always': { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }, 'metaspace-never': { type: 'Metaspace', replacement: '▁', prepend_scheme: 'never', split: true },
  'metaspace-first': { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: true }, 'metaspace-emoji': { type: 'Metaspace', replacement: '😀', prepend_scheme: 'first', split: true },
  'bytelevel-regex': { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }, 'split-then-bytelevel': { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }] },
  'first-after-split': { type: 'Sequence', pretokenizers: [{ type: 'Punctuation', behavior: 'Isolated' }, { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false }] },
};
const decoders = {
  none: null, metaspace: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }, 'metaspace-never': { type: 'Metaspace', replacement: '▁', prepend_scheme: 'never', split: true }, bpe: { type: 'BPEDecoder', suffix: 'e' },
  wordpiece: { type: 'WordPiece', prefix: '▁', cleanup: true }, 'wordpiece-plain': { type: 'WordPiece', prefix: '##', cleanup: false }, ctc: { type: 'CTC', pad_token: 'a', word_delimiter_token: '▁', cleanup: true },
  fallback: { type: 'ByteFallback' }, fuse: { type: 'Fuse' }, replace: replace({ Regex: '[▁e]+' }, '+'),
  strip: { type: 'Sequence', decoders: [{ type: 'Fuse' }, { type: 'Strip', content: '▁', start: 2, stop: 0 }] },
  'strip-fused-both': { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }, { type: 'Strip', content: '▁', start: 1, stop: 0 }, replace({ String: '▁' }, ' ')] },
  'strip-each': { type: 'Sequence', decoders: [{ type: 'Strip', content: 'e', start: 1, stop: 0 }, { type: 'ByteFallback' }, { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }] },
  'ctc-plain': { type: 'CTC', pad_token: '▁', word_delimiter_token: 'e', cleanup: false },
  'bytelevel-replace': { type: 'Sequence', decoders: [{ type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }, replace({ String: 'th' }, 'TH')] },
};
// Patterns of public tokenizers, as their files have them.
const publicPatterns = {
  bloom: ' ?[^(\\s|[.,!?…。，、।۔،])]+', clip: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+", superbpe: '(?=(\\d{3})+(?!\\d))', falcon: '[0-9][0-9][0-9]',
  deepseek: "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+", cjk: '[一-龥぀-ゟ゠-ヿ]+',
  kimi: "[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
};
const template = (before, after) => ({ type: 'TemplateProcessing', single: [...before.map(id => ({ SpecialToken: { id, type_id: 0 } })), { Sequence: { id: 'A', type_id: 0 } }, ...after.map(id => ({ SpecialToken: { id, type_id: 0 } }))], pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }], special_tokens: { x: { id: 'x', ids: [64], tokens: ['a'] }, y: { id: 'y', ids: [68, 69], tokens: ['e', 'f'] } } });
const cut = (max_length, direction, strategy = 'LongestFirst', stride = 0) => ({ direction, max_length, strategy, stride });
const pad = (strategy, direction, multiple) => ({ strategy, direction, pad_to_multiple_of: multiple, pad_id: 7, pad_type_id: 0, pad_token: 'pad' });
const limits = {
  'cut-right': { truncation: cut(8, 'Right') }, 'cut-left': { truncation: cut(8, 'Left', 'OnlyFirst') }, 'cut-stride': { truncation: cut(9, 'Left', 'LongestFirst', 2) }, 'cut-all': { truncation: cut(3, 'Right') },
  'pad-fixed': { padding: pad({ Fixed: 12 }, 'Right', null) }, 'pad-left': { padding: pad({ Fixed: 10 }, 'Left', 8) }, 'pad-multiple': { padding: pad('BatchLongest', 'Right', 8) }, 'cut-pad': { truncation: cut(10, 'Right'), padding: pad({ Fixed: 16 }, 'Left', 3) },
};
const added = (id, content, flags = {}) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...flags });

export function variants(name, json) {
  const made = {};
  const size = Object.keys(json.model.vocab ?? {}).length;
  if (name === 'gpt2-like') {
    for (const [n, normalizer] of Object.entries(normalizers)) made[`norm-${n}`] = { ...json, normalizer };
    made['norm-bytelevel'] = { ...json, normalizer: { type: 'ByteLevel' }, pre_tokenizer: null };
    for (const [n, p] of Object.entries(preTokenizers)) made[`pre-${n}`] = { ...json, pre_tokenizer: p.type === 'ByteLevel' || n.endsWith('bytelevel') ? p : { type: 'Sequence', pretokenizers: [p, byteLevel] } };
    made['bytelevel-then-split'] = { ...json, pre_tokenizer: { type: 'Sequence', pretokenizers: [byteLevel, split({ Regex: 'Ġ' }, 'MergedWithNext', false)] } };
    const tokens = [added(size, '<|a|>'), added(size + 1, '<|b|>', { lstrip: true }), added(size + 2, '<|c|>', { rstrip: true }), added(size + 3, 'word', { single_word: true, special: false, normalized: true }), added(size + 4, '\n', { special: false }),
      added(size + 5, 'Hello', { normalized: true, special: false, lstrip: true, rstrip: true }), added(size + 6, '<|a|>b'), added(size + 7, ' x', { normalized: true }), added(size + 8, 'é', { special: false, single_word: true })];
    for (const [n, normalizer] of [['none', null], ['lower', normalizers.lower], ['nfd', normalizers.nfd], ['strip', normalizers.strip], ['prepend', normalizers.prepend]])
      made[`added-${n}`] = { ...json, normalizer, added_tokens: tokens };
    made['added-first'] = { ...json, normalizer: normalizers.strip, added_tokens: tokens, pre_tokenizer: { type: 'Sequence', pretokenizers: [preTokenizers['metaspace-first'], byteLevel] } };
    for (const [n, regex] of Object.entries(publicPatterns))
      for (const behavior of ['Isolated', 'Removed', 'MergedWithPrevious']) made[`public-${n}-${behavior}`] = { ...json, pre_tokenizer: { type: 'Sequence', pretokenizers: [split({ Regex: regex }, behavior, behavior === 'Removed'), byteLevel] } };
    made['public-falcon'] = { ...json, pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Punctuation', behavior: 'Contiguous' }, { ...byteLevel, use_regex: true }, preTokenizers.digits, split({ Regex: publicPatterns.falcon }, 'Isolated', false)] } };
    made['public-starcoder'] = { ...json, pre_tokenizer: { type: 'Sequence', pretokenizers: [preTokenizers['digits-each'], { ...byteLevel, use_regex: true }] } };
    made['lower-then-prefix'] = { ...json, normalizer: normalizers['nfkc-lower-strip'], pre_tokenizer: preTokenizers['bytelevel-regex'] };
    for (const [n, limit] of Object.entries(limits)) made[`limits-${n}`] = { ...json, post_processor: template(['x'], ['y']), ...limit };
    made['template'] = { ...json, post_processor: template(['x', 'y'], ['y', 'x', 'x']) };
    made['holes'] = { ...json, added_tokens: [], model: { ...json.model, vocab: Object.fromEntries(Object.entries(json.model.vocab).map(([t, i]) => [t, i * 3 + 5])) } };
    made['added-known'] = { ...json, added_tokens: [added(0, 'the', { normalized: true, special: false }), added(size + 40, 'Hello'), added(size + 41, 'Hello', { special: false, rstrip: true }), added(1, '🏳️‍🌈')] };
    made['ignore-merges'] = { ...json, model: { ...json.model, ignore_merges: true } };
    made['roberta-post'] = { ...json, post_processor: { type: 'RobertaProcessing', sep: ['e', 68], cls: ['a', 64], trim_offsets: true, add_prefix_space: false } };
    made['bert-post'] = { ...json, post_processor: { type: 'BertProcessing', sep: ['e', 68], cls: ['a', 64] } };
    made['trim-post'] = { ...json, post_processor: { type: 'Sequence', processors: [{ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }, { type: 'BertProcessing', sep: ['e', 68], cls: ['a', 64] }] } };
    made['trim-after'] = { ...json, post_processor: { type: 'Sequence', processors: [{ type: 'BertProcessing', sep: ['e', 68], cls: ['a', 64] }, { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }] } };
  }
  if (name === 'llama2-legacy') {
    for (const [n, decoder] of Object.entries(decoders)) made[`dec-${n}`] = { ...json, decoder };
    const model = json.model, vocab = { ...model.vocab };
    const noBytes = Object.fromEntries(Object.entries(vocab).filter(([t]) => !/^<0x[0-9A-F]{2}>$/.test(t)).map(([t], i) => [t, i]));
    const fewBytes = Object.fromEntries(Object.entries(vocab).filter(([t]) => !/^<0x[EF][0-9A-F]>$/.test(t)).map(([t], i) => [t, i]));
    const again = v => json.added_tokens.map(t => ({ ...t, id: v[t.content] ?? t.id }));
    made['unk-fused'] = { ...json, post_processor: null, added_tokens: again(noBytes), model: { ...model, vocab: noBytes, byte_fallback: false, fuse_unk: true } };
    made['unk-each'] = { ...json, post_processor: null, added_tokens: again(noBytes), model: { ...model, vocab: noBytes, byte_fallback: false, fuse_unk: false } };
    made['unk-none'] = { ...json, post_processor: null, added_tokens: again(noBytes), model: { ...model, vocab: noBytes, byte_fallback: false, unk_token: null } };
    made['few-bytes'] = { ...json, post_processor: null, added_tokens: again(fewBytes), model: { ...model, vocab: fewBytes } };
    made['few-bytes-each'] = { ...json, post_processor: null, added_tokens: again(fewBytes), model: { ...model, vocab: fewBytes, fuse_unk: false } };
  }
  if (name === 'unigram-t5-like') {
    made['unigram-bytes'] = { ...json, model: { ...json.model, byte_fallback: true, vocab: [...json.model.vocab, ...Array.from({ length: 256 }, (_, b) => [`<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`, -20])] } };
    const charsmap = json.normalizer.normalizers?.find(n => n.type === 'Precompiled') ?? json.normalizer;
    made['unigram-xlm'] = { ...json, normalizer: { type: 'Sequence', normalizers: [charsmap, replace({ Regex: ' {2,}' }, ' ')] }, pre_tokenizer: { type: 'Sequence', pretokenizers: [preTokenizers['whitespace-split'], preTokenizers['metaspace-always']] } };
    made['unigram-albert'] = { ...json, normalizer: { type: 'Sequence', normalizers: [replace({ String: '``' }, '"'), replace({ String: "''" }, '"'), normalizers.nfkd, normalizers.accents, normalizers.lower, charsmap] } };
    made['unigram-map-alone'] = { ...json, normalizer: charsmap, pre_tokenizer: preTokenizers['metaspace-first'] };
    made['unigram-digits'] = { ...json, pre_tokenizer: { type: 'Sequence', pretokenizers: [preTokenizers['metaspace-first'], preTokenizers['digits-each'], { type: 'Punctuation', behavior: 'Isolated' }] } };
    made['unigram-plain'] = { ...json, normalizer: null };
    made['unigram-nosplit'] = { ...json, pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false } };
  }
  if (name === 'wordpiece-bert-like') {
    made['wordpiece-short'] = { ...json, model: { ...json.model, max_input_chars_per_word: 5 } };
    made['wordpiece-cased'] = { ...json, normalizer: normalizers['bert-cased'] };
    made['wordlevel'] = { ...json, model: { type: 'WordLevel', vocab: json.model.vocab, unk_token: '[UNK]' }, pre_tokenizer: { type: 'Whitespace' } };
    const suffixed = {}; let id = 0;
    for (const c of 'abcdefghijklmnopqrstuvwxyz') for (const t of [c, `##${c}`, `${c}</w>`, `##${c}</w>`]) suffixed[t] = id++;
    for (const t of ['th', '##he', 'the</w>', 'in', '##in</w>', '<u>']) suffixed[t] = id++;
    made['bpe-affixes'] = { ...json, added_tokens: [], post_processor: null, decoder: { type: 'BPEDecoder', suffix: '</w>' }, model: { type: 'BPE', dropout: null, unk_token: '<u>', continuing_subword_prefix: '##', end_of_word_suffix: '</w>', fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab: suffixed, merges: [['t', '##h'], ['th', '##e</w>'], ['i', '##n'], ['##i', '##n</w>']] } };
  }
  return made;
}
