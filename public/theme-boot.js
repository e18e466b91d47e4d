// Sets the chosen theme before the first paint, so that nobody is dazzled. The same key as src/ui/state/theme.ts.
(() => {
  try {
    const theme = localStorage.getItem('kubarium.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be forbidden; then the system's theme holds.
  }
})();
