// Makes the home page a conversation. Without this file every form and link still works:
// it only asks the same addresses for the reply alone and adds it below the question.
"use strict";

(() => {
  const log = document.querySelector("[data-chat]");
  if (!log || !window.fetch) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const keyboard = matchMedia("(hover: hover) and (pointer: fine)");
  const names = ["c", "r", "s"];
  let busy = false;
  // What the conversation remembers travels in addresses and hidden fields, never in a cookie.
  const fields = (name) => document.querySelectorAll(`[data-turn] input[name=${name}]`);

  function remember(reply) {
    for (const name of [...names, "k"]) { // « k », what was just said, is in forms alone
      for (const input of fields(name)) {
        input.value = reply.dataset[name];
        input.disabled = !input.value;
      }
    }
  }

  function withState(address) {
    const url = new URL(address);
    for (const name of names) {
      const { value } = fields(name)[0];
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    return url;
  }

  async function fragment(url, options) {
    const signal = AbortSignal.timeout?.(15000);
    const response = await fetch(url, { ...options, signal, headers: { "X-Fragment": "1" } });
    if (!response.ok) throw new Error(String(response.status));
    const holder = document.createElement("template");
    holder.innerHTML = await response.text();
    return holder.content.firstElementChild;
  }

  const line = (className, textContent) =>
    Object.assign(document.createElement("p"), { className, textContent });
  // What a resident types is never in an address.
  const posted = (form) => ({ method: "POST", body: new URLSearchParams(new FormData(form)) });

  const show = (element) => element.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth" });

  // One turn: the resident's words, then the reply or, on failure, the page as it was.
  async function turn(url, words, failed, options) {
    if (busy) return null;
    busy = true;
    failed.textContent = "";
    const said = line("said", words);
    const you = line("hidden", log.dataset.you);
    const waiting = line("waiting", log.dataset.waiting);
    document.body.classList.add("talking");
    log.append(you, said, waiting);
    show(said);
    try {
      const reply = await fragment(url, options);
      waiting.replaceWith(reply);
      remember(reply);
      document.getElementById("q").placeholder = log.dataset.next;
      show(said);
      return reply;
    } catch {
      for (const added of [you, said, waiting]) added.remove();
      document.body.classList.toggle("talking", log.childElementCount > 0);
      failed.textContent = failed.dataset.failed;
      return null;
    } finally {
      busy = false;
    }
  }

  async function ask(form) {
    const input = form.elements.q;
    const failed = form.querySelector(".failed");
    const reply = await turn(form.action, input.value.trim(), failed, posted(form));
    if (reply) input.value = "";
    // A keyboard stays where the next question is typed; a phone's would hide the reply.
    const next = keyboard.matches ? document.getElementById("q") : reply;
    (reply ? next : input).focus({ preventScroll: true });
  }

  async function vote(form, button) {
    const options = posted(form);
    options.body.set(button.name, button.value);
    try {
      const thanks = await fragment(form.action, options);
      thanks.tabIndex = -1;
      form.replaceWith(thanks);
      thanks.focus({ preventScroll: true });
    } catch {
      const failed = form.querySelector(".failed");
      failed.textContent = failed.dataset.failed;
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-turn]")) ask(form);
    else if (form.matches("[data-vote]") && event.submitter) vote(form, event.submitter);
    else return;
    event.preventDefault();
  });

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-action]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const words = (link.querySelector("span:last-child") || link).textContent;
    const failed = document.querySelector(".composer .failed");
    const reply = await turn(withState(link.href), words, failed);
    reply?.focus({ preventScroll: true });
  });
})();
