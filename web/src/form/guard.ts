/* eslint-disable no-restricted-syntax, no-misleading-character-class, @typescript-eslint/no-misused-spread -- the letters that are looked for, one by one */

/**
 * Does a text carry the mark of a state secret? As crates/domain/src/form/secret.rs looks at it, which has the last word; here it is
 * said before a byte leaves the page.
 */
export function isMarkedSecret(text: string): boolean {
  return text.split(LINE_BREAK).some((line) => {
    const letters = [...line].filter((letter) => !BLANK.test(letter)).map(plain);
    return letters.some(
      (first, at) =>
        isGrade(first, letters[at + 1]) && isMark(letters.slice(0, at).join(''), letters.slice(at + 2).join('')),
    );
  });
}

const LINE_BREAK = /[\n-\r\u0085\u2028\u2029]/u;
const BLANK = /[\s\u00AD\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFE00-\uFE0F\uFEFF\u3164]/u;
const STAR = /^[★☆⭐🌟⋆\u2726-\u273D]/u;
const NUMERALS = /^[0-9〇零一二三四五六七八九十百两半]+/u;
const OLD: Readonly<Record<string, string>> = { 絕: '绝', 機: '机', 祕: '秘', 級: '级', 為: '为' };

function plain(letter: string): string {
  const narrow = letter.normalize('NFKC');
  return OLD[narrow] ?? narrow;
}

function isGrade(first: string, second: string | undefined): boolean {
  return second === '密' && (first === '绝' || first === '机' || first === '秘');
}

function isMark(before: string, after: string): boolean {
  return starred(after) || afterItsLabel(before) || bracketed(before, after) || alone(before, after);
}

function starred(after: string): boolean {
  if (STAR.test(after)) return true;
  // An asterisk also makes text bold: a mark only with a period, or at the end.
  return after.startsWith('*') && (after.length === 1 || period(after.slice(1)) > 0);
}

function afterItsLabel(before: string): boolean {
  const label = before.slice(-12).replace(/[:为是定【[(]+$/u, '');
  return ['密级', '保密等级', '涉密等级'].some((name) => label.endsWith(name));
}

function bracketed(before: string, after: string): boolean {
  const rest = after.slice(period(after));
  if (!/^[】\]〕)》〉]/u.test(rest)) return false;
  const heads = !/[\p{L}\p{N}]/u.test(before) && /[【[〔(《〈]$/u.test(before);
  return heads || (rest.length === 1 && /[【[〔]$/u.test(before));
}

function alone(before: string, after: string): boolean {
  if (/[\p{L}\p{N}]/u.test(before)) return false;
  const rest = after.slice(period(after)).replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
  return ['', '级', '件', '文件', '解密'].includes(rest);
}

/** How many characters a period takes at the beginning. */
function period(text: string): number {
  const number = NUMERALS.exec(text)?.[0].length ?? 0;
  if (number === 0) return /^(?:长期|永久)/u.test(text) ? 2 : 0;
  const rest = text.slice(number);
  if (/^[年月天日]/u.test(rest)) return number + 1;
  return rest.startsWith('个月') ? number + 2 : 0;
}
