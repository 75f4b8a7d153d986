// Runs before the first paint, so that neither theme nor hint flickers. Storage may be blocked: then defaults.
(() => {
  try {
    const theme = localStorage.getItem("guildwright.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    if (localStorage.getItem("guildwright.hint") === "off") document.documentElement.dataset.hint = "off";
  } catch { /* private mode */ }
})();
