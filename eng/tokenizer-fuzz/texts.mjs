// Random texts that look for trouble: scripts, marks, spaces, case, emoji, special tokens and parts of them.
export function random(seed) {
  let state = seed >>> 0 || 1;
  return () => { state ^= state << 13; state >>>= 0; state ^= state >>> 17; state ^= state << 5; state >>>= 0; return state / 4294967296; };
}
const words = 'the The THE of and hello World don\'t I\'LL you\'Re it\'ſ we\'VE \'s \'T naïve café Straße ẞ İstanbul ﬁre ﬀ ŉ ǅ Ω Ω Å K ſ x y z 123 3.14 1,000 2024 007 ½ ² Ⅷ ① ٣ ४ ab_cd __init__ foo.bar a-b e.g. http://x.y/z?q=1&r=2 ## ##ing <0x0A> ▁ ▁▁ Ġ Ċ â ø'.split(' ');
const blocks = [
  [0x20, 0x7e], [0x20, 0x7e], [0x20, 0x7e], [0x0, 0x1f], [0x7f, 0xff], [0x100, 0x24f], [0x250, 0x2ff], [0x300, 0x36f], [0x300, 0x36f], [0x370, 0x3ff], [0x400, 0x52f], [0x590, 0x6ff],
  [0x900, 0x97f], [0xe00, 0xe7f], [0x1100, 0x11ff], [0x1e00, 0x1fff], [0x2000, 0x206f], [0x2070, 0x218f], [0x2190, 0x27bf], [0x3000, 0x30ff], [0x4e00, 0x4fff], [0xac00, 0xacff], [0xd780, 0xd7a3],
  [0xe000, 0xe00f], [0xf900, 0xfaff], [0xfb00, 0xfdff], [0xfe00, 0xfe6f], [0xff00, 0xffef], [0x10400, 0x1044f], [0x11000, 0x110ff], [0x1d100, 0x1d1ff], [0x1d400, 0x1d7ff], [0x1f1e6, 0x1f1ff], [0x1f300, 0x1f6ff],
  [0x1f3fb, 0x1f3ff], [0x20000, 0x200ff], [0x2f800, 0x2fa1f], [0xe0100, 0xe01ef],
];
const spaces = [' ', ' ', ' ', '  ', '   ', '\n', '\n\n', '\r\n', '\t', '\t\t', ' \n ', '\u00a0', '\u3000', '\u2028', '\u0085', '\u200b', '\ufeff', '\u1680', '      '];
const clusters = ['👩‍👩‍👧', '🏳️‍🌈', '🇩🇪🇫', '👍🏽', 'e\u0301', 'a\u0323\u0308', 'a\u0308\u0323', '각', '한', 'か\u3099', 'ｶﾞ', '\u0f73\u0f71', '\u1e9b\u0323', '\u0345\u0300', 'क्ष', 'ก็', '\u0600\u0031', '\u0958', '\u2126', '\u212b', '\u1100\u1161\u11a8', '\uac00\u11a8', '\u0130'];
export function text(next, specials) {
  const pick = list => list[Math.floor(next() * list.length)];
  const length = Math.floor(next() * next() * 40);
  let out = '';
  for (let i = 0; i < length; i++) {
    const kind = next();
    if (kind < 0.3) out += pick(words);
    else if (kind < 0.5) out += pick(spaces);
    else if (kind < 0.62) { const [a, b] = pick(blocks); for (let k = next() * 5; k >= 0; k--) out += String.fromCodePoint(a + Math.floor(next() * (b - a + 1))); }
    else if (kind < 0.72) out += pick(clusters);
    else if (kind < 0.8) { let cp; do cp = Math.floor(next() * next() * 0x110000); while (cp >= 0xd800 && cp <= 0xdfff); out += String.fromCodePoint(cp); }
    else if (kind < 0.9 && specials.length > 0) { const s = pick(specials); out += next() < 0.8 ? s : [...s].slice(0, Math.ceil(next() * [...s].length)).join(''); }
    else out += pick(['.', ',', '!', '...', '!?', '()', '{"a": [1]}', '<|', '|>', "'", '"', '-', '--', '/', '\\', '$', '€', '«', '。', '、']);
  }
  return out;
}
