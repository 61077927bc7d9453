// Opens the service over another site's page. Links marked data-galibot become buttons; a script
// line of its own, with data-commune, brings its link. Where anything is missing, a link is a link.
(told => {
  "use strict";
  const script = document.currentScript;
  const home = new URL("./", script.src);
  const opens = told.sites.includes(location.origin) &&
    "adoptedStyleSheets" in Document.prototype && typeof HTMLDialogElement === "function";
  const css = `
    :host { all: initial; }
    a.own { display: inline-block; box-sizing: border-box; min-height: 48px; padding: 11px 24px;
      border-radius: 8px; background: #9c3b24; color: #fff; font: 600 18px/26px system-ui, sans-serif;
      text-decoration: none; }
    a.own:hover { text-decoration: underline; }
    dialog { box-sizing: border-box; position: fixed; inset: auto 16px 16px auto; flex-direction: column;
      width: min(440px, 100vw); height: min(720px, 100vh - 32px); max-width: none; max-height: none;
      margin: 0; padding: 0; border: 1px solid #57524c; border-radius: 12px; overflow: hidden;
      background: #1e1c1a; color: #f3efe8; font: 16px/1.5 system-ui, sans-serif; }
    dialog[open] { display: flex; }
    dialog::backdrop { background: rgb(0 0 0 / 50%); }
    div { display: flex; justify-content: space-between; gap: 8px; padding: 0 8px; }
    div a, button { box-sizing: border-box; min-height: 44px; padding: 10px 8px; border: 0;
      background: none; color: inherit; font: inherit; cursor: pointer; text-decoration: underline; }
    iframe { flex: 1; width: 100%; min-height: 0; border: 0; background: #fff; }
    :focus-visible { outline: 3px solid #f2b705; outline-offset: -3px; }
    a.own:focus-visible { outline-color: #1e1c1a; outline-offset: 2px; }
    @media (max-width: 520px) { dialog { inset: 0; width: 100vw; height: 100vh; height: 100dvh;
      border: 0; border-radius: 0; } }`;

  // Style sheets made so pass the strictest policies, which refuse <style>.
  const shadow = host => {
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    return root;
  };
  const made = (tag, properties, ...within) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...within);
    return element;
  };

  const panel = link => {
    const host = made("div");
    const frame = made("iframe", { title: told.nom, referrerPolicy: "no-referrer", allow: "clipboard-write" });
    const close = made("button", { type: "button", textContent: told.bouton_fermer });
    const page = made("a", { href: link.href, target: "_blank", rel: "noopener", textContent: told.bouton_page });
    const dialog = made("dialog", { ariaLabel: told.nom }, made("div", {}, page, close), frame);
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => link.focus());
    // Escape, pressed within the frame, stays there: our page says that it was.
    addEventListener("message", event => {
      if (event.source === frame.contentWindow && event.data === "galibot:fermer") dialog.close();
    });
    shadow(host).append(dialog);
    document.body.append(host);
    frame.src = link.href;
    return () => { dialog.showModal(); frame.focus(); };
  };

  const upgrade = link => {
    if (link.dataset.galibot === "bouton") return;
    link.dataset.galibot = "bouton";
    if (!opens) return;
    link.ariaHasPopup = "dialog";
    let open;
    link.addEventListener("click", event => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      open = open || panel(link);
      open();
    });
  };
  const start = () => document.querySelectorAll("a[data-galibot]").forEach(upgrade);

  if (script.dataset.commune !== undefined) {
    const code = script.dataset.commune;
    const query = new URLSearchParams(code ? { c: code, s: `site-${code.toLowerCase()}` } : { s: "site" });
    const link = made("a", { className: "own", href: `${home}?${query}`, textContent: told.bouton });
    const host = made("div");
    shadow(host).append(link);
    const place = () => (script.closest("body") ? script.after(host) : document.body.append(host));
    document.body ? place() : addEventListener("DOMContentLoaded", place);
    upgrade(link);
  }
  start();
  addEventListener("DOMContentLoaded", start);
})
