import { overwriteGetLocale, type Locale } from '../paraglide/runtime';

/** What the user chose: a language, or the system's. */
export type LanguageChoice = 'system' | Locale;

/** The language of the system: the first of its languages that is one of ours, or else English. */
export function ofSystem(languages: readonly string[]): Locale {
  for (const name of languages) {
    const base = name.toLowerCase().split('-')[0];
    if (base === 'zh' || base === 'en') return base;
  }
  return 'en';
}

/**
 * Language is the language of the screens. Every message (messages/README.md) reads it, so that
 * templates and derived values follow a change at once.
 */
class Language {
  choice = $state<LanguageChoice>('system');
  #system = $state<Locale>(ofSystem(navigator.languages));
  readonly shown: Locale = $derived(this.choice === 'system' ? this.#system : this.choice);
  /** The language for Intl and for the attribute lang of the page. */
  readonly tag = $derived(this.shown === 'zh' ? 'zh-CN' : 'en');

  /** Adopts the stored choice. */
  adopt(choice: string | undefined): void {
    if (choice === 'system' || choice === 'en' || choice === 'zh') this.choice = choice;
  }

  constructor() {
    // The server has written the setting into the page.
    this.adopt(document.documentElement.dataset.language);
  }

  /** Follows the system's language. Returns a function that stops it. */
  follow(): () => void {
    const update = () => (this.#system = ofSystem(navigator.languages));
    window.addEventListener('languagechange', update);
    return () => window.removeEventListener('languagechange', update);
  }
}

export const language = new Language();
overwriteGetLocale(() => language.shown);
