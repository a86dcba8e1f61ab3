import { pressable, typing } from '../lib/keys';

/** What keys do: "j", "Space", "Ctrl+k", or "g t" for two in a row. */
export type Bindings = Record<string, (event: KeyboardEvent) => void>;

/** How long the second key of two may take, in milliseconds. */
const PATIENCE = 1200;

/** The Keyboard hands key presses to whoever is on screen. What was added last is asked first. */
export class Keyboard {
  #bindings: Bindings[] = [];
  #first = '';
  #at = 0;

  /** Adds bindings; what it returns takes them away. */
  on(bindings: Bindings): () => void {
    this.#bindings.unshift(bindings);
    return () => {
      this.#bindings = this.#bindings.filter((b) => b !== bindings);
    };
  }

  /** Handles a key press at the window, unless a field or a button wants it for itself. */
  press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    const name = nameOf(event);
    if (!command && name !== 'Escape' && typing(event.target)) return;
    if (!command && (name === 'Space' || name === 'Enter') && pressable(event.target)) return;
    const two = !command && this.#first && event.timeStamp - this.#at < PATIENCE ? `${this.#first} ${name}` : '';
    this.#first = '';
    const act = (two && this.#find(two)) || this.#find(name);
    if (act) {
      event.preventDefault();
      act(event);
    } else if (this.#begins(name)) {
      this.#first = name;
      this.#at = event.timeStamp;
    }
  }

  #find(name: string) {
    return this.#bindings.find((b) => name in b)?.[name];
  }

  #begins(name: string): boolean {
    return this.#bindings.some((b) => Object.keys(b).some((keys) => keys.startsWith(`${name} `)));
  }
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'Space' : event.key;
  return event.ctrlKey || event.metaKey ? `Ctrl+${key.toLowerCase()}` : key;
}

export const keyboard = new Keyboard();
