// Questions and communes offered while one types: a combobox with a list, as the ARIA practices
// describe it. A text area can't be one: how many there are is said. The words typed go by POST;
// what is chosen is asked as any link is.
import { fragment, posted } from "./reply.js";

const PAUSE = 150; // milliseconds without a key before asking

const attached = new WeakSet();

export function attach(input, before) {
  const { form } = input; // none where the field was replaced meanwhile: the question was sent
  if (!form || attached.has(input)) return;
  attached.add(input);
  form.querySelector(".options")?.remove(); // that of the field before
  const area = input.localName === "textarea";
  const spoken = area && document.querySelector("[data-spoken]");
  const list = Object.assign(document.createElement("ul"), { className: "options", hidden: true });
  list.id = `${input.id}-options`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.options);
  input.after(list);
  const kind = area ? { "aria-haspopup": "listbox" } : { role: "combobox" };
  const given = { ...kind, "aria-autocomplete": "list", "aria-controls": list.id };
  for (const [name, value] of Object.entries(given)) input.setAttribute(name, value);
  expand(false);
  let timer = 0;
  let asked = 0;
  let active = -1;

  function mark(index) {
    const options = list.children;
    options[active]?.setAttribute("aria-selected", "false");
    active = options.length ? (index + options.length + 1) % (options.length + 1) : -1;
    if (active === options.length) active = -1; // past either end: back in the field
    options[active]?.setAttribute("aria-selected", "true");
    options[active]?.scrollIntoView({ block: "nearest" });
    if (active >= 0) input.setAttribute("aria-activedescendant", options[active].id);
    else input.removeAttribute("aria-activedescendant");
  }

  function expand(open) {
    list.hidden = !open;
    if (!area) input.setAttribute("aria-expanded", String(open));
  }

  function close() {
    clearTimeout(timer);
    asked += 1;
    mark(-1);
    expand(false);
  }

  async function look() {
    const turn = ++asked;
    const options = posted(form);
    if ("places" in form.dataset) options.body.set("lieu", "1");
    try {
      const found = await fragment(form.dataset.suggest, options);
      if (turn !== asked) return;
      mark(-1);
      list.replaceChildren(...found.children);
      for (const one of list.children) one.id = `${input.id}-${one.id}`;
      const count = list.children.length;
      expand(count > 0);
      if (spoken) spoken.textContent = count ? `${form.dataset.options} : ${count}` : "";
    } catch {
      close(); // offers are a help, not a need
    }
  }

  function choose(option) {
    const link = Object.assign(document.createElement("a"), { hidden: true, href: option.dataset.href });
    link.dataset.action = "";
    link.textContent = option.textContent;
    input.value = "";
    close();
    form.append(link);
    link.click();
    link.remove();
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (input.value.includes("\n")) close(); // a letter: its arrows move in it
    else timer = setTimeout(look, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active < 0 ? list.children.length - 1 : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) choose(list.children[active]);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);
  if (input.value !== before) input.dispatchEvent(new Event("input")); // typed while this file came
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
}
