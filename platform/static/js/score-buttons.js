// <score-buttons data-next="…"> around one ballot form: every tap is kept on this phone, and a ballot that was handed
// in waits in an outbox until the server has it. The form's hidden `client_id` names the ballot, so sending it twice
// changes nothing. [data-waiting] shows "n waiting to sync", [data-refused] what the server would not take.
const DRAFT = "assay-draft:";
const OUTBOX = "assay-outbox:";
const RETRY_MS = 10_000;
const kept = (prefix) => Object.keys(localStorage).filter((key) => key.startsWith(prefix));

class ScoreButtons extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.ballot = this.form.elements.client_id.value;
    this.restore();
    this.form.addEventListener("input", () => localStorage.setItem(DRAFT + this.ballot, this.body()));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      localStorage.setItem(OUTBOX + this.ballot, JSON.stringify({ url: this.form.action, body: this.body() }));
      this.flush();
    });
    this.flush = this.flush.bind(this);
    window.addEventListener("online", this.flush);
    this.timer = setInterval(this.flush, RETRY_MS);
    this.flush();
  }

  disconnectedCallback() {
    window.removeEventListener("online", this.flush);
    clearInterval(this.timer);
  }

  body() {
    return new URLSearchParams(new FormData(this.form)).toString();
  }

  restore() {
    for (const [name, value] of new URLSearchParams(localStorage.getItem(DRAFT + this.ballot) || "")) {
      const field = this.form.elements[name];
      if (field && field.type !== "hidden") field.value = value;
    }
  }

  async flush() {
    this.show();
    if (this.sending) return;
    this.sending = true;
    for (const key of kept(OUTBOX)) await this.deliver(key, JSON.parse(localStorage.getItem(key)));
    this.sending = false;
    this.show();
  }

  async deliver(key, { url, body }) {
    const headers = { "Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": key.slice(OUTBOX.length) };
    const answer = await fetch(url, { method: "POST", body, headers, redirect: "manual" }).catch(() => null);
    if (answer === null || answer.status >= 500 || answer.status === 429) return; // kept: no network, or no server
    const taken = answer.ok || answer.type === "opaqueredirect";
    const own = key === OUTBOX + this.ballot;
    localStorage.removeItem(key);
    if (taken) localStorage.removeItem(DRAFT + key.slice(OUTBOX.length));
    if (taken && own) location.assign(this.dataset.next);
    else if (own) this.form.submit(); // the server's own page says what is missing
    else if (!taken) this.querySelector("[data-refused]").textContent = "A ballot was not taken. Open “My scores” to see which.";
  }

  show() {
    const waiting = kept(OUTBOX).length;
    this.querySelector("[data-waiting]").textContent = waiting ? `${waiting} waiting to sync. Kept on this phone.` : "";
  }
}

customElements.define("score-buttons", ScoreButtons);
