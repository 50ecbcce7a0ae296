// A page that a one-time link leads to: the code comes after the `#`, so it never reaches a log on its way.
"use strict";

const code = location.hash.slice(1);
const portuguese = navigator.language.toLowerCase().startsWith("pt");
const form = document.querySelector("form");
const button = document.querySelector("button");
const status = document.querySelector("[role=status]");
const sendsReset = form.dataset.path === "/password/reset";

if (portuguese) {
  document.documentElement.lang = "pt-BR";
  for (const element of document.querySelectorAll("[data-pt]")) element.textContent = element.dataset.pt;
}
history.replaceState(null, "", location.pathname);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  status.textContent = "";
  const members = Object.fromEntries(new FormData(form));
  const body = sendsReset ? { code, ...members } : { invite: code, locale: portuguese ? "pt-BR" : "en", ...members };
  try {
    const answer = await fetch(form.dataset.path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.ok) {
      form.hidden = true;
      status.textContent = portuguese ? status.dataset.donePt : status.dataset.done;
    } else {
      status.textContent = (await answer.json()).detail;
    }
  } catch {
    status.textContent = portuguese ? "Sem conexão. Tente de novo." : "No connection. Try again.";
  } finally {
    button.disabled = false;
  }
});
