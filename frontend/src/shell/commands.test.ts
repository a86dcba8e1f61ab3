import { afterEach, expect, test, vi } from 'vitest';
import { mount, unmount } from 'svelte';
import { Keyboard } from '../model/keyboard';
import { commands, type Command } from '../model/commands.svelte';
import { printed } from '../lib/keys';
import { sourceCommands } from '../sources/actions';
import { Panes } from '../model/panes.svelte';
import { Navigation } from '../model/place.svelte';
import { timelineCommands } from '../timeline/commands.svelte';
import { groupWords, shellCommands } from './commands';
import Help from './Help.svelte';

const all: readonly Command[] = [...shellCommands, ...timelineCommands(new Panes(new Navigation())), ...sourceCommands];
const bound = all.flatMap((command) => (command.keys ?? []).map((keys) => ({ command, keys, id: command.id })));
const scopesOf = ({ scope = 'everywhere' }: Command) =>
  scope === 'everywhere' ? (['timeline', 'sidebar'] as const) : [scope];

afterEach(() => document.body.replaceChildren());

/** Presses keys as tinykeys writes them, one after the other, on an element. */
function type(keyboard: Keyboard, keys: string, target: Element) {
  for (const press of keys.split(' ')) {
    const parts = press.split('+');
    const key = parts.pop()!;
    const event = new KeyboardEvent('keydown', {
      key: key === 'Space' ? ' ' : key,
      ctrlKey: parts.includes('$mod'),
      altKey: parts.includes('Alt'),
      shiftKey: parts.includes('Shift'),
      bubbles: true,
      cancelable: true,
    });
    target.addEventListener('keydown', (e) => keyboard.press(e as KeyboardEvent), { once: true });
    target.dispatchEvent(event);
  }
}

test('every command has an id of its own, words and a group', () => {
  expect(new Set(all.map((c) => c.id)).size).toBe(all.length);
  for (const { id, words, group } of all) expect([id, words() !== '', group in groupWords]).toEqual([id, true, true]);
});

test.each(bound)('$keys runs $id where it should, and nothing else', ({ command, keys }) => {
  const element = document.createElement('div');
  document.body.append(element);
  for (const scope of scopesOf(command)) {
    element.dataset.scope = scope;
    const ran: string[] = [];
    const keyboard = new Keyboard(all.map((c) => ({ ...c, when: undefined, act: () => void ran.push(c.id) })));
    type(keyboard, keys, element);
    expect(ran).toEqual([command.id]);
  }
});

test('no two commands of one place share keys, and no keys are the beginning of others', () => {
  const clashes = bound.flatMap((a, i) =>
    bound
      .slice(i + 1)
      .filter(
        (b) =>
          scopesOf(a.command).some((s) => (scopesOf(b.command) as readonly string[]).includes(s)) &&
          (a.keys === b.keys || a.keys.startsWith(`${b.keys} `) || b.keys.startsWith(`${a.keys} `)),
      )
      .map((b) => `${a.keys}: ${a.id}, ${b.id}`),
  );
  expect(clashes).toEqual([]);
});

test('the help has every command with keys, and all of its keys', () => {
  HTMLDialogElement.prototype.showModal ??= vi.fn();
  const remove = commands.add(all);
  const help = mount(Help, { target: document.body });
  const lines = [...document.querySelectorAll('dt')].map((dt) => ({
    keys: [...dt.querySelectorAll('kbd')].map((kbd) => kbd.textContent),
    words: dt.nextElementSibling?.textContent,
  }));
  const wanted = all
    .filter((c) => c.keys?.length)
    .map((c) => ({ keys: c.keys!.flatMap((k) => printed(k)), words: c.words() }));
  for (const line of wanted) expect(lines).toContainEqual(line);
  expect(lines).toHaveLength(wanted.length);
  void unmount(help);
  remove();
});
