// Copy and print buttons, which are hidden where this does not run: the texts can be selected.
"use strict";
const kit = document.querySelector(".kit");
for (const button of kit.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const told = document.createElement("span");
  told.setAttribute("role", "status");
  button.after(told);
  button.hidden = false;
  button.addEventListener("click", async () => {
    told.textContent = "";
    try {
      await navigator.clipboard.writeText(field.value);
      told.textContent = kit.dataset.copied;
    } catch {
      field.focus();
      field.select();
      told.textContent = kit.dataset.selected;
    }
  });
}
for (const button of kit.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
