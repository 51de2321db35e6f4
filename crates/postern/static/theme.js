// Light or dark, as the reader's system says; on paper always light, with the day of printing. Runs before the first paint.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const print = window.matchMedia("print");
  const follow = () => document.documentElement.classList.toggle("dark", dark.matches && !print.matches);
  follow();
  dark.addEventListener("change", follow);
  print.addEventListener("change", () => {
    follow();
    const at = document.querySelector("[data-printed]");
    if (at) at.textContent = new Date().toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  });
})();
