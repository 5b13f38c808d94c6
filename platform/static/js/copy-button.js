// <copy-button data-text="…" [data-label="Copy link"]>: puts the text on the clipboard and says so.
// Without JavaScript nothing is shown; the text itself is always selectable beside it.
class CopyButton extends HTMLElement {
  connectedCallback() {
    const label = this.dataset.label || "Copy";
    const button = document.createElement("button");
    const said = document.createElement("span");
    button.type = "button";
    button.className = this.dataset.label ? "btn btn-quiet" : "copy";
    button.textContent = label;
    said.setAttribute("role", "status");
    said.className = "sr-only";
    button.addEventListener("click", async () => {
      const copied = await copy(this.dataset.text || "");
      button.textContent = copied ? "Copied" : "Select and copy by hand";
      said.textContent = button.textContent;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        button.textContent = label;
        said.textContent = "";
      }, 2000);
    });
    this.replaceChildren(button, said);
  }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // not a secure context, or the person said no
  }
}

customElements.define("copy-button", CopyButton);
