// <live-run data-url="…"> around an evaluation's stage list, progress bar and log: follows the server-sent events.
// Each message is a JSON list of {seq, stage, kind, source, text, fraction}; the browser resumes by Last-Event-ID.
const KEPT_LINES = 5000;
const BAD = /\b(error|fatal|traceback|exception|failed)\b/i;

class LiveRun extends HTMLElement {
  connectedCallback() {
    for (const name of ["log", "status", "bar", "doing", "follow", "jump"]) this[name] = this.querySelector(`[data-${name}]`);
    this.seen = Number(this.log.lastElementChild?.dataset.seq || 0);
    [...this.log.children].forEach(mark);
    this.jump.addEventListener("click", () => this.log.querySelector(".bad").scrollIntoView({ block: "center" }));
    this.jump.hidden = !this.log.querySelector(".bad");
    if (!this.dataset.url) return; // over: a finished log is never scrolled by itself
    this.toEnd();
    this.source = new EventSource(this.dataset.url);
    this.source.onmessage = (message) => this.take(JSON.parse(message.data));
    this.source.onopen = () => this.say("Connected");
    this.source.onerror = () => this.say("Connection lost; trying again");
    // The page itself says how it ended; leaving it closes the stream.
    this.source.addEventListener("end", () => (this.source.close(), location.reload()));
  }

  disconnectedCallback() {
    this.source?.close();
  }

  take(events) {
    for (const event of events.filter(({ seq }) => seq > this.seen)) {
      this.seen = event.seq;
      if (event.kind === "stage") this.stage(event);
      else if (event.kind === "progress") this.progress(event);
      else this.log.append(lineOf(event));
    }
    while (this.log.childElementCount > KEPT_LINES) this.log.firstElementChild.remove();
    this.jump.hidden = !this.log.querySelector(".bad");
    this.toEnd();
  }

  stage({ stage, text }) {
    const row = this.querySelector(`[data-stage="${CSS.escape(stage)}"]`);
    if (!row) return;
    for (const old of this.querySelectorAll('[data-state="running"]')) if (old !== row) setState(old, "done");
    setState(row, text === "started" ? "running" : text);
    this.say(`${row.querySelector("[data-label]").textContent}: ${row.dataset.state}`);
    document.querySelector("[data-queue]")?.remove(); // a worker has it
  }

  progress({ text, fraction }) {
    this.doing.textContent = text;
    if (fraction === null) this.bar.removeAttribute("value");
    else this.bar.value = fraction;
  }

  say(text) {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  toEnd() {
    if (this.follow?.checked) this.log.scrollTop = this.log.scrollHeight;
  }
}

function setState(row, state) {
  row.dataset.state = row.querySelector("[data-state-word]").textContent = state;
}

function lineOf({ seq, kind, source, stage, text }) {
  const line = Object.assign(document.createElement("p"), { id: `L${seq}`, className: kind === "note" ? "note" : "" });
  const from = Object.assign(document.createElement("span"), { className: "from", textContent: source || stage });
  line.append(from, text); // a text node: a team's output is never markup
  return mark(line);
}

function mark(line) {
  if (!line.classList.contains("note") && BAD.test(line.lastChild.textContent)) line.classList.add("bad");
  return line;
}

customElements.define("live-run", LiveRun);
