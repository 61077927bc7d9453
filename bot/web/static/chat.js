// Makes the home page a conversation: it asks the same addresses for the reply alone, and adds it
// below the question. What was said is kept by the browser's own history, until it is cleared.
import { changed, choose, fragment, posted, prepare } from "./reply.js";

const log = document.querySelector("[data-chat]");
const spoken = document.querySelector("[data-spoken]");
const bar = document.querySelector(".bar");
const here = document.querySelector("[data-here]");
const trouble = document.querySelector(".composer .failed");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const keyboard = matchMedia("(hover: hover) and (pointer: fine)");
// What the conversation remembers travels in addresses and hidden fields; « k », what was just
// said, and « v », which keeps votes single, in forms alone.
const inAddresses = ["c", "r", "s", "facile"];
const names = [...inAddresses, "k", "v"];
let busy = false;

const fields = (name) => document.querySelectorAll(`input[type=hidden][name=${name}]`);
const question = () => document.getElementById("q");

function remember(kept, place) {
  for (const name of names.filter((one) => one in kept)) {
    for (const input of fields(name)) {
      input.value = kept[name];
      input.disabled = !input.value;
    }
  }
  if (here) here.textContent = place || here.dataset.here;
}

function save() {
  if (!log.childElementCount) return;
  const kept = Object.fromEntries(names.map((name) => [name, fields(name)[0].value]));
  history.replaceState({ talk: log.innerHTML, kept, place: here?.textContent }, "", location.pathname);
}

// While talking, the field grows.
function talk(talking) {
  document.body.classList.toggle("talking", talking);
  const old = question();
  const made = document.createElement(talking ? "textarea" : "input");
  if (old.localName === made.localName) return;
  for (const { name, value } of old.attributes) {
    if (!/^(?:role|aria-|type|value|data-)/.test(name)) made.setAttribute(name, value);
  }
  if (talking) made.rows = 1;
  else made.type = "text";
  if (talking) made.placeholder = log.dataset.next;
  made.value = old.value;
  const focused = document.activeElement === old;
  old.replaceWith(made);
  if (focused) made.focus({ preventScroll: true });
}

// The switch of the last reply is also just before the field, for whoever stays there.
function lastSwitch() {
  bar.querySelector(".switch")?.remove();
  const last = log.lastElementChild?.querySelector(".switch");
  if (!last) return;
  bar.append(last.cloneNode(true));
  prepare(bar);
}

function withState(address) {
  const url = new URL(address);
  for (const name of inAddresses) {
    const { value } = fields(name)[0];
    if (value) url.searchParams.set(name, value);
    else if (name !== "facile") url.searchParams.delete(name);
  }
  return url;
}

const line = (className, textContent) =>
  Object.assign(document.createElement("p"), { className, textContent });

// A suggestion that is taken tells what the words before it meant: they go with it, never in an
// address.
function taken(link) {
  const options = posted(question().form);
  options.body.set("q", link.closest("article").previousElementSibling.textContent);
  return options;
}

const show = (element) => element.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth" });

// One turn: the resident's words, then the reply or, on failure, the page as it was.
async function turn(url, words, failed, options) {
  if (busy) return null;
  busy = true;
  failed.textContent = spoken.textContent = "";
  const said = line("said", words);
  const you = line("hidden", log.dataset.you);
  const waiting = line("waiting", log.dataset.waiting);
  talk(true);
  log.append(you, said, waiting);
  show(said);
  try {
    const found = await fragment(url, options);
    const reply = found.firstElementChild;
    prepare(found);
    waiting.replaceWith(reply);
    remember({ ...reply.dataset }, reply.dataset.here);
    const easy = reply.classList.contains("simple") || fields("facile")[0].value === "1";
    lastSwitch();
    choose(easy);
    save();
    show(said);
    return reply;
  } catch {
    for (const added of [you, said, waiting]) added.remove();
    talk(log.childElementCount > 0);
    failed.textContent = failed.dataset.failed;
    return null;
  } finally {
    busy = false;
  }
}

async function ask(form) {
  const input = form.elements.q;
  const words = input.value.trim();
  if (busy || !words) return;
  const options = posted(form);
  input.value = "";
  input.rows = 1;
  const reply = await turn(form.action, words, form.querySelector(".failed"), options);
  const field = form.elements.q;
  if (!reply) {
    field.value = words;
    field.focus({ preventScroll: true });
  } else if (keyboard.matches && form.id === "ask") {
    // Whoever types stays where the next question is typed, and is told how the reply begins.
    field.focus({ preventScroll: true });
    spoken.textContent = reply.getAttribute("aria-label");
  } else {
    // A phone's keyboard would hide the reply: it is where one goes on from, and says its name.
    reply.focus({ preventScroll: true });
  }
}

// Here it is forgotten at once; what only the service holds, her votes, if it can be reached.
function clear(form) {
  window.speechSynthesis?.cancel();
  trouble.textContent = "";
  fragment(form.action, posted(form)).catch(() => { trouble.textContent = form.dataset.failed; });
  log.replaceChildren();
  spoken.textContent = form.dataset.cleared;
  const drawn = String.fromCharCode(...crypto.getRandomValues(new Uint8Array(12)));
  const v = btoa(drawn).replaceAll("+", "-").replaceAll("/", "_");
  remember({ c: "", r: "", s: "1", k: "", v }, "");
  lastSwitch();
  choose(false);
  talk(false);
  history.replaceState(null, "", location.pathname);
  question().focus();
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-turn], [data-clear]")) return;
  event.preventDefault();
  if ("clear" in event.target.dataset) clear(event.target);
  else ask(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.target !== question() || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  if (event.defaultPrevented || event.target.localName !== "textarea") return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

// Where style alone does not make it grow.
document.addEventListener("input", ({ target }) => {
  if (target.localName !== "textarea" || CSS.supports("field-sizing: content")) return;
  target.rows = 1;
  while (target.scrollHeight > target.clientHeight && target.rows < 4) target.rows += 1;
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-action]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const words = (link.querySelector("span:last-child") || link).textContent;
  const asked = link.classList.contains("here") ? here.dataset.here : words;
  const options = "offered" in link.dataset ? taken(link) : undefined;
  const reply = await turn(withState(link.href), asked, trouble, options);
  reply?.focus({ preventScroll: true });
});

document.addEventListener("changed", save);
log.addEventListener("toggle", save, true);

const { talk: kept, kept: state, place } = history.state ?? {};
if (kept && !log.childElementCount) {
  log.innerHTML = kept;
  remember(state, place);
  prepare(log);
}
if (log.childElementCount) {
  talk(true);
  lastSwitch();
  choose(fields("facile")[0].value === "1" || Boolean(log.lastElementChild.matches(".simple")));
  changed();
}
