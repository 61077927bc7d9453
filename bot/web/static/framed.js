// Within another site's page: Escape closes the panel there, and what we link to opens outside.
"use strict";
addEventListener("keydown", event => {
  if (event.key === "Escape" && !event.defaultPrevented) parent.postMessage("galibot:fermer", "*");
});
addEventListener("click", event => {
  const link = event.target.closest("a[rel~=external]");
  if (link) link.target = "_blank";
});
