// Runs before the first paint, and before the rest of the program is loaded.

// Sets the theme. The program writes the user's choice into the page; without one the page follows
// the system.
(() => {
  const root = document.documentElement;
  const choice = root.dataset.themeChoice;
  const light = matchMedia('(prefers-color-scheme: light)').matches;
  root.dataset.theme = choice === 'light' || choice === 'dark' ? choice : light ? 'light' : 'dark';
})();

// Keeps the keys that are pressed until src/main.ts takes them.
(() => {
  const keys = [];
  const keep = (event) => keys.push(event);
  addEventListener('keydown', keep);
  globalThis.takeEarlyKeys = () => {
    removeEventListener('keydown', keep);
    return keys;
  };
})();
