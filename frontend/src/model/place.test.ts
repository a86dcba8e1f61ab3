import { beforeEach, expect, test } from 'vitest';
import { Navigation, type AddressBar } from './place.svelte';

/** A Bar is the address and the history of one tab. */
class Bar implements AddressBar {
  entries: string[];
  at = 0;
  listeners: (() => void)[] = [];
  constructor(hash = '') {
    this.entries = [hash];
  }
  get location() {
    return { hash: this.entries[this.at] };
  }
  readonly history = {
    pushState: (_: unknown, __: string, url?: string | URL | null) => {
      this.entries = [...this.entries.slice(0, ++this.at), String(url)];
    },
    replaceState: (_: unknown, __: string, url?: string | URL | null) => {
      this.entries[this.at] = String(url);
    },
    back: () => this.move(-1),
    forward: () => this.move(1),
  };
  move(by: number) {
    this.at = Math.max(0, Math.min(this.entries.length - 1, this.at + by));
    for (const listener of this.listeners) listener();
  }
  addEventListener = (_: string, listener: () => void) => void this.listeners.push(listener);
  removeEventListener = () => {};
}

let bar: Bar;
let place: Navigation;
function begin(hash = '') {
  bar = new Bar(hash);
  place = new Navigation(bar);
  place.start();
}
beforeEach(() => begin());

test('a place is in the address, and Back and Forward lead through the places', () => {
  place.restore('');
  place.open(3);
  place.go({ screen: 'health' });
  expect(bar.location.hash).toBe('#/health?source=3');
  place.back();
  expect([place.screen, place.source]).toEqual(['timeline', 3]);
  place.back();
  expect([place.screen, place.source]).toEqual(['timeline', null]);
  place.forward();
  place.forward();
  expect(place.screen).toBe('health');
});

test('typing a filter and selecting make no step for Back', () => {
  place.restore('');
  place.open(3);
  for (const q of ['p', 'pa', 'paid']) place.note({ q });
  place.note({ message: 'k3f9.12' });
  expect(bar.entries).toEqual(['#/timeline', '#/timeline?source=3&q=paid&message=k3f9.12']);
  const before = place.visits;
  place.back();
  expect([place.q, place.message, place.visits]).toEqual(['', '', before + 1]);
  place.forward();
  expect([place.q, place.message]).toEqual(['paid', 'k3f9.12']);
});

test('the timeline is as it was after a look at another screen', () => {
  place.open(3);
  place.note({ q: 'paid', message: 'k3f9.12' });
  place.go({ screen: 'health' });
  place.open(3);
  expect([place.screen, place.q, place.message]).toEqual(['timeline', 'paid', 'k3f9.12']);
  place.open(3);
  expect([place.q, place.message]).toEqual(['', '']);
});

test('a start without a link restores the last place, and one with a link does not', () => {
  place.restore('#/timeline?source=3&q=paid');
  expect([place.source, place.q]).toEqual([3, 'paid']);
  expect(bar.entries).toEqual(['#/timeline?source=3&q=paid']);
  begin('#/health');
  place.restore('#/timeline?source=3');
  expect(place.screen).toBe('health');
});

test('going elsewhere before the last place was read takes precedence over it', () => {
  place.open(5);
  place.restore('#/timeline?source=3');
  expect(place.source).toBe(5);
});

test('a stored place that cannot be read is the first place', () => {
  for (const link of ['#/cellar', 7, null]) {
    begin();
    place.restore(link);
    expect([place.screen, place.fault, bar.location.hash]).toEqual(['timeline', null, '#/timeline']);
  }
});

test('a wrong link says what is wrong, until somebody goes elsewhere', () => {
  begin('#/cellar');
  place.restore('#/health');
  expect(place.fault).toEqual({ part: 'screen', text: 'cellar' });
  place.open(null);
  expect([place.fault, bar.location.hash]).toEqual([null, '#/timeline']);
  place.back();
  expect(place.fault?.text).toBe('cellar');
});

test('each half of a split view has its own filter and selection', () => {
  place.go({ source: 1, second: { source: 2, q: '', at: '', message: '' } });
  place.note({ q: 'a' });
  place.note({ q: 'b', message: 'k3f9.1' }, 'second');
  expect([place.q, place.second?.q, place.second?.message]).toEqual(['a', 'b', 'k3f9.1']);
  begin(bar.location.hash);
  expect([place.source, place.second?.source, place.second?.q]).toEqual([1, 2, 'b']);
});

test('two tabs are independent', () => {
  const other = new Navigation(new Bar());
  place.open(1);
  other.open(2);
  expect([place.source, other.source]).toEqual([1, 2]);
});

test('an address to copy leads to the server, not to the window', () => {
  expect(place.address('http://127.0.0.1:4480', { source: 1, message: 'k3f9.4' })).toBe(
    'http://127.0.0.1:4480/#/timeline?source=1&message=k3f9.4',
  );
});
