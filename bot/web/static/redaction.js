// What is wrong is told while one writes, and nothing written is left by accident. Without this
// file, the same buttons do the same.
"use strict";
const form = document.querySelector("form[data-check]");
if (form) {
  let turn = 0;
  let written = false;
  form.addEventListener("input", () => { written = true; });
  form.addEventListener("submit", () => { written = false; });
  addEventListener("beforeunload", (event) => { if (written) event.preventDefault(); });
  form.addEventListener("change", async () => {
    const mine = ++turn;
    const body = new URLSearchParams(new FormData(form));
    body.set("faire", "verifier");
    try {
      const response = await fetch(form.action, { method: "POST", body });
      if (!response.ok || mine !== turn) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const notes of form.querySelectorAll("[data-notes]")) {
        const found = page.getElementById(notes.id);
        if (!found) continue;
        notes.replaceChildren(...found.children);
        const field = document.getElementById(notes.dataset.notes);
        field?.toggleAttribute("aria-invalid", false);
        if (notes.querySelector(".error")) field?.setAttribute("aria-invalid", "true");
      }
    } catch {
      // Away for a moment: « Enregistrer » will say.
    }
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
