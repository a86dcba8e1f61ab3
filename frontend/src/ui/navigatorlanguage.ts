/**
 * WebKitGTK says that the language is "C" where the locale is C.UTF-8. uPlot hands that to Intl while
 * it is loaded, and Intl refuses it. Import this before uPlot.
 */
export function mend(of: Navigator): void {
  try {
    Intl.getCanonicalLocales(of.language);
  } catch {
    Object.defineProperty(of, 'language', { value: 'en', configurable: true });
  }
}

mend(navigator);
