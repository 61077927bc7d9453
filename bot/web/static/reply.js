// What a reply can do by itself, on any page: its two wordings, votes, copy, share, listen, print.
// Without this file the same forms and links still work, and the wordings still change.

export async function fragment(url, options) {
  const signal = AbortSignal.timeout?.(15000);
  const response = await fetch(url, { ...options, signal, headers: { "X-Fragment": "1" } });
  if (!response.ok) throw new Error(String(response.status));
  const holder = document.createElement("template");
  holder.innerHTML = await response.text();
  return holder.content;
}

// What a resident types is never in an address.
export function posted(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.set(button.name, button.value);
  return { method: "POST", body };
}

export const changed = () => document.dispatchEvent(new Event("changed"));

// Simple or complete, for the whole conversation: it travels with the next question.
export function choose(easy) {
  for (const input of document.querySelectorAll("input[type=hidden][name=facile]")) {
    input.value = easy ? "1" : "";
    input.disabled = !easy;
  }
  for (const radio of document.querySelectorAll(".switch input")) {
    radio.checked = (radio.value === "1") === easy;
  }
}

let switches = 0;

export function prepare(within) {
  for (const one of within.querySelectorAll(".switch")) {
    const name = `facile-${switches++}`; // each reply its own group
    for (const radio of one.querySelectorAll("input")) {
      radio.removeAttribute("form");
      radio.name = name;
    }
  }
  for (const row of within.querySelectorAll("[data-acts]")) {
    row.hidden = false;
    row.querySelector("[data-act=copy]").hidden = !navigator.clipboard;
    row.querySelector("[data-act=share]").hidden = !navigator.share;
    row.querySelector("[data-act=listen]").hidden = !window.speechSynthesis;
  }
}

const shown = (reply) =>
  [...reply.querySelectorAll("[data-text]")].find((text) => text.checkVisibility());

function textOf(reply) {
  const text = shown(reply).cloneNode(true); // what is folded counts
  for (const summary of text.querySelectorAll("summary")) summary.remove();
  const lines = [...text.querySelectorAll("p, li")].map((line) => line.textContent.trim());
  return [reply.querySelector(".title").textContent, ...lines].join("\n");
}

const acts = {
  async copy(reply, button) {
    const words = button.querySelector("span");
    const { textContent } = words;
    await navigator.clipboard.writeText(`${textOf(reply)}\n${addressOf(reply)}`);
    words.textContent = button.dataset.done;
    setTimeout(() => { words.textContent = textContent; }, 3000);
  },
  share(reply) {
    const title = reply.querySelector(".title").textContent;
    return navigator.share({ title, url: addressOf(reply) });
  },
  listen(reply, button) {
    const speaking = button.getAttribute("aria-pressed") === "true";
    speechSynthesis.cancel();
    if (speaking) return;
    const said = new SpeechSynthesisUtterance(textOf(reply));
    const voices = speechSynthesis.getVoices().filter((one) => one.lang.startsWith("fr"));
    said.voice = voices.find((one) => one.localService) ?? voices[0] ?? null;
    said.lang = "fr-FR";
    said.onend = said.onerror = () => button.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-pressed", "true");
    speechSynthesis.speak(said);
  },
  async print(reply) {
    const code = reply.querySelector(".paper"); // shown, and asked for, on paper alone
    code.loading = "eager";
    await code.decode().catch(() => {}); // without a line, its address in words
    reply.classList.add("printed");
    window.print();
    reply.classList.remove("printed");
  },
};

const addressOf = (reply) => new URL(reply.dataset.link, location.href).href;

async function vote(form, button) {
  const place = form.closest("[data-feedback]");
  if (place.dataset.busy) return; // a double click is one
  place.dataset.busy = "1";
  try {
    place.replaceChildren(await fragment(form.action, posted(form, button)));
    place.querySelector(".thanks").focus({ preventScroll: true });
    changed();
  } catch {
    const failed = form.querySelector(".failed");
    failed.textContent = failed.dataset.failed;
  } finally {
    delete place.dataset.busy;
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-vote]") || !event.submitter) return;
  event.preventDefault();
  vote(event.target, event.submitter);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  // Sharing may be given up, copying refused: nothing is to be said of it.
  if (button) Promise.resolve(acts[button.dataset.act](button.closest("article"), button)).catch(() => {});
});

document.addEventListener("change", (event) => {
  if (!event.target.matches(".switch input")) return;
  choose(event.target.value === "1");
  changed();
});

document.addEventListener("focusin", async ({ target }) => {
  if (!target.matches("[data-suggest] [name=q]")) return;
  const before = target.value;
  // Without a line there is nothing to suggest; the field is the same.
  const module = await import("./suggest.js").catch(() => null);
  module?.attach(target, before);
});

// What is folded and heavy is asked for once it is opened.
document.addEventListener("toggle", async ({ target }) => {
  const link = target.matches("[data-load]") && target.open && target.querySelector(":scope > p > a");
  const loaded = link && (await fragment(link.href).catch(() => null)); // else the link stays
  if (loaded) link.parentElement.replaceWith(loaded);
}, true);

addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});

prepare(document);
choose(document.querySelector(".switch :checked")?.value === "1"
  || document.querySelector("input[type=hidden][name=facile]")?.value === "1");
