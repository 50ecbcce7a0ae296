/** Three phones, side by side: texts as they come, and a line to answer each. */

const WORDS = {
  en: {
    title: "The household’s phones",
    note: "What recado texts the three arrives here, and what you write here reaches recado, as over a mobile network.",
    names: "Sign in as",
    password: "Password",
    copy: "Copy",
    copied: "Copied",
    open: "Open the to-dos",
    away: "The demonstration has ended.",
    answer: (name) => `Write as ${name}`,
    send: "Send",
    hints: "Suggestions",
    texts: (name) => `Texts of ${name}`,
    unsent: "not sent",
    empty: "No texts yet",
    words: ["LIST", "DONE 1", "SNOOZE 1 2h", "HELP"],
    language: "English",
  },
  pt: {
    title: "Os telefones da casa",
    note: "O que o recado manda aos três chega aqui, e o que você escreve aqui chega ao recado, como pela rede do celular.",
    names: "Entre como",
    password: "Senha",
    copy: "Copiar",
    copied: "Copiada",
    open: "Abrir as tarefas",
    away: "A demonstração terminou.",
    answer: (name) => `Escreva como ${name}`,
    send: "Enviar",
    hints: "Sugestões",
    texts: (name) => `Mensagens de ${name}`,
    unsent: "não enviada",
    empty: "Nenhuma mensagem ainda",
    words: ["LISTA", "FEITO 1", "ADIAR 1 2h", "AJUDA"],
    language: "português",
  },
};
const wordsOf = (locale) => (locale.startsWith("pt") ? WORDS.pt : WORDS.en);
const words = wordsOf(navigator.language);
document.documentElement.lang = words === WORDS.pt ? "pt-BR" : "en";
for (const place of document.querySelectorAll("[data-say]")) place.textContent = words[place.dataset.say];
document.title = `${words.title} · recado`;

const byId = (id) => document.getElementById(id);
const phones = new Map();

class Phone {
  constructor({ name, locale, number }) {
    const its = wordsOf(locale);
    this.number = number;
    this.time = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
    const part = byId("phone").content.cloneNode(true);
    this.section = part.querySelector("section");
    this.section.dataset.number = number;
    this.section.lang = locale;
    this.section.setAttribute("aria-label", name);
    part.querySelector(".face").textContent = name[0].toUpperCase();
    part.querySelector("h2").textContent = name;
    part.querySelector("header .note").textContent = `${its.language} · +${number}`;
    this.texts = part.querySelector(".texts");
    this.texts.setAttribute("aria-label", its.texts(name));
    this.texts.dataset.empty = its.empty;
    this.line = part.querySelector(".line");
    this.line.placeholder = its.answer(name);
    this.line.setAttribute("aria-label", its.answer(name));
    part.querySelector(".send").setAttribute("aria-label", its.send);
    this.unsent = its.unsent;
    const hints = part.querySelector(".hints");
    hints.setAttribute("aria-label", its.hints);
    for (const word of its.words) hints.append(this.hint(word));
    part.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send(this.line.value);
      this.line.value = "";
    });
    byId("phones").append(part);
  }

  hint(word) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "hint";
    button.textContent = word;
    button.addEventListener("click", () => void this.send(word));
    return button;
  }

  show({ mine, text, at }) {
    const near = this.texts.scrollHeight - this.texts.scrollTop - this.texts.clientHeight < 60;
    const item = document.createElement("li");
    item.className = mine ? "mine" : "theirs";
    const bubble = document.createElement("p");
    bubble.textContent = text;
    const time = document.createElement("time");
    time.dateTime = new Date(at).toISOString();
    time.textContent = this.time.format(at);
    item.append(bubble, time);
    this.texts.firstElementChild.append(item);
    if (near || mine) this.texts.scrollTop = this.texts.scrollHeight;
  }

  async send(text) {
    if (!text.trim()) return;
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text }) };
    const taken = await fetch(`/phone/${this.number}`, options).then((answer) => answer.ok, () => false);
    if (!taken) this.texts.querySelector("li.mine:last-of-type time")?.append(` · ${this.unsent}`);
  }
}

async function open() {
  const answer = await fetch("/household");
  if (!answer.ok) return void setTimeout(open, 500);
  const { page, password, residents } = await answer.json();
  byId("page").href = page;
  byId("names").textContent = residents.map(({ name }) => name).join(", ");
  byId("password").textContent = password;
  byId("copy").addEventListener("click", async ({ target }) => {
    await navigator.clipboard.writeText(password);
    target.textContent = words.copied;
    setTimeout(() => (target.textContent = words.copy), 2_000);
  });
  for (const resident of residents) phones.set(resident.number, new Phone(resident));
  listen();
}

function listen() {
  const stream = new EventSource("/texts");
  stream.addEventListener("message", ({ data }) => {
    const text = JSON.parse(data);
    phones.get(text.number)?.show(text);
  });
  stream.addEventListener("open", () => (byId("away").hidden = true));
  stream.addEventListener("error", () => (byId("away").hidden = false));
}

void open();
