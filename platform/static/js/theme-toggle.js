// <theme-toggle>: light, dark, or what the system says. Loaded before the body is painted, so nothing flashes.
(() => {
  const KEY = "assay-theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  const remembered = () => {
    try {
      const theme = localStorage.getItem(KEY);
      return theme === "light" || theme === "dark" ? theme : null;
    } catch {
      return null; // storage is forbidden: follow the system
    }
  };
  const shown = () => root.dataset.theme || (system.matches ? "dark" : "light");

  const apply = (theme) => {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  apply(remembered());

  class ThemeToggle extends HTMLElement {
    connectedCallback() {
      this.button = document.createElement("button");
      this.button.type = "button";
      this.button.className = "btn btn-ghost px-3";
      this.button.append(drawing());
      this.button.addEventListener("click", () => this.flip());
      this.replaceChildren(this.button);
      system.addEventListener("change", () => this.describe());
      this.describe();
    }

    flip() {
      const next = shown() === "dark" ? "light" : "dark";
      const follow = next === (system.matches ? "dark" : "light");
      apply(follow ? null : next);
      try {
        if (follow) localStorage.removeItem(KEY);
        else localStorage.setItem(KEY, next);
      } catch {
        // Not remembered, but it still changes this page.
      }
      this.describe();
    }

    describe() {
      const next = shown() === "dark" ? "light" : "dark";
      this.button.setAttribute("aria-label", `Change to ${next} colours`);
    }
  }

  function drawing() {
    const NS = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(NS, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    for (const d of ["M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 1 0 0-17z", "M12 3.5v17M12 8l6-3M12 12.5l8-4M12 17l7.5-4"]) {
      const path = document.createElementNS(NS, "path");
      path.setAttribute("d", d);
      svg.append(path);
    }
    return svg;
  }

  customElements.define("theme-toggle", ThemeToggle);
})();
