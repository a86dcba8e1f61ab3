import type { Param, Params } from '../bridge/types';
import { shown } from './disguise';
import { bytes, duration, enumeration, longDay, oneOf } from './format';
import { language } from './language.svelte';

/** A sentence of the program: in English, and as a code with parameters. */
export interface Said {
  /** The code of the sentence, or the codes of several; if it is left out, `code` is. */
  text?: string;
  code?: string;
  params?: Params;
  /** The English sentence. Gaps, notes and the state of a feed call it reason. */
  message?: string;
  reason?: string;
  hint?: string;
}

type Catalogue = Record<string, { text: string; hint?: string }>;

let chinese = $state.raw<Catalogue | null>(null);

/** Loads the sentences of the shown language. Until then, and if that fails, they are shown in English. */
export async function loadSentences(): Promise<void> {
  if (language.shown !== 'zh' || chinese) return;
  try {
    chinese = (await import('./texts.zh.json')).default;
  } catch {
    // The next switch to the language tries it again.
  }
}

/** The sentence in the shown language, without its hint. What a server put into it cannot disguise it. */
export const words = (said: Said): string => shown(translate(said)?.text ?? said.message ?? said.reason ?? '');

/** The hint of a sentence in the shown language; '' if it has none. */
export const advice = (said: Said): string => shown(said.hint ? (translate(said)?.hint ?? said.hint) : '');

/** The sentence and its hint. */
export const sentence = (said: Said): string => join([words(said), advice(said)]);

/** Sentences in one text. Chinese has no space after its full stop. */
export const join = (sentences: string[]): string =>
  sentences.filter(Boolean).reduce((all, next) => all + (/(^|[。：！？])$/.test(all) ? '' : ' ') + next, '');

// A sentence that a newer or an older version wrote may have a code or parameters that are not in
// the catalogue: it is shown in English.
function translate({ text, code, params = {} }: Said): { text: string; hint?: string } | null {
  const codes = (text || code || '').split(' ');
  const entries = language.shown === 'zh' && chinese ? codes.map((c) => chinese![c]) : [];
  if (entries.length === 0 || entries.includes(undefined!)) return null;
  const hint = entries.findLast((e) => e.hint)?.hint;
  try {
    return { text: join(entries.map((e) => fill(e.text, params))), hint: hint && fill(hint, params) };
  } catch {
    return null;
  }
}

const HAN = /\p{Script=Han}/u;
const LATIN = /[A-Za-z0-9]/;

function fill(template: string, params: Params): string {
  return template.replace(/\{([a-z][a-z0-9_]*)\}/g, (place, name: string, at: number) => {
    if (!(name in params)) throw new Error(`no parameter ${name}`);
    const value = show(name, params[name]);
    const after = template.slice(at + place.length)[0] ?? '';
    return LATIN.test(value.slice(-1)) && HAN.test(after) ? `${value} ` : value;
  });
}

// As backend/live/params.go does it. A control character could pretend to be something else.
function show(name: string, value: Param): string {
  if (Array.isArray(value)) {
    const words = value.map((item) => show('', item));
    return name.endsWith('_or') ? oneOf(words).replace(/(?<=\w)或(?=\w)/g, ' 或 ') : enumeration(words);
  }
  // Words without a code are those of the system or a library: they are quoted.
  if (typeof value === 'object')
    return value.code ? show('', sentence(value)).replace(/。$/, '') : `“${show('', value.message)}”`;
  if (typeof value === 'string' && name.endsWith('_date')) return longDay(value);
  if (typeof value === 'number' && name.endsWith('_ms')) return duration(value);
  if (typeof value === 'number' && name.endsWith('_bytes')) return bytes(value);
  return String(value).replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
