/** Functions that only a desktop has, each with a fallback for browsers. */

import { m } from '../paraglide/messages';

/** The methods of main.App. Wails defines them before the page of the window runs. */
interface App {
  Copy(text: string): Promise<void>;
  OpenURL(url: string): Promise<void>;
  ChooseFolder(title: string, from: string): Promise<string>;
  SaveExport(title: string, name: string, query: string): Promise<string>;
  SetTitle(title: string): Promise<void>;
  Zoom(): Promise<number>;
  SetZoom(percent: number): Promise<void>;
}

declare global {
  interface Window {
    go?: { main?: { App?: Partial<App> } };
  }
}

const app = (): Partial<App> => window.go?.main?.App ?? {};

/** Whether the page is in the program's own window. */
export const inWindow = (): boolean => window.go?.main?.App !== undefined;

export const canChooseFolder = (): boolean => app().ChooseFolder !== undefined;

/** Asks for a folder; '' if the user cancelled. Call it only if canChooseFolder returns true. */
export const chooseFolder = (title: string, from = ''): Promise<string> =>
  app().ChooseFolder?.(title, from) ?? Promise.resolve('');

/** Whether the window saves files itself, where the user says. */
export const canSaveFile = (): boolean => app().SaveExport !== undefined;

/**
 * Saves what GET /export answers with these parameters. The window asks where, writes it there, and
 * returns the file when it is complete, or '' if the user cancelled. A browser takes it over as a
 * download: then the result is null at once.
 */
export async function saveExport(title: string, name: string, query: URLSearchParams): Promise<string | null> {
  const native = app().SaveExport;
  if (native) return native(title, name, query.toString());
  const link = document.createElement('a');
  link.href = `/export?${query}`;
  link.download = name;
  link.click();
  return null;
}

/** Sets the title of the window, or of the browser's tab. */
export function setTitle(title: string): void {
  document.title = title;
  // A title that could not be set is no error to show; the next one may be.
  app()
    .SetTitle?.(title)
    .catch(() => {});
}
/** The scale of the window's page, in percent. */
export const zoom = {
  possible: (): boolean => app().SetZoom !== undefined,
  get: (): Promise<number> => app().Zoom?.() ?? Promise.resolve(100),
  set: (percent: number): Promise<void> => app().SetZoom?.(percent) ?? Promise.resolve(),
};

/** Puts text on the clipboard. */
export async function copy(text: string): Promise<void> {
  const native = app().Copy;
  if (native) return native(text);
  // A page that was loaded over plain HTTP from another machine has no navigator.clipboard.
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  copyBySelection(text);
}

function copyBySelection(text: string) {
  const before = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('aria-hidden', 'true');
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!done) throw new Error(m.common_copy_refused());
}

/** Opens a web address in the user's browser. */
export async function openURL(url: string): Promise<void> {
  const native = app().OpenURL;
  if (native) return native(url);
  window.open(url, '_blank', 'noopener');
}
