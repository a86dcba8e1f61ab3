// Sets the theme before the first paint. The program writes the user's choice into the page; without
// one the page follows the system.
(() => {
  const root = document.documentElement;
  const choice = root.dataset.themeChoice;
  const light = matchMedia('(prefers-color-scheme: light)').matches;
  root.dataset.theme = choice === 'light' || choice === 'dark' ? choice : light ? 'light' : 'dark';
})();
