// Runs before the first paint, so that neither theme nor tour flickers. Storage may be blocked: then defaults.
(() => {
  try {
    const theme = localStorage.getItem("guildwright.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    if (localStorage.getItem("guildwright.tour") === "off") document.documentElement.dataset.tour = "off";
  } catch { /* private mode */ }
})();
