/** Every screen, with something in it: for axe, and for the pictures. */
import type { Carrier } from "./carrier.ts";
import type { Person, Service } from "./service.ts";

export interface Screen {
  name: string;
  path: string;
  signedOut?: boolean;
  /** It speaks English only. */
  english?: boolean;
  /** A selector that is there once the screen is. */
  ready: string;
  /** Keys to press once it is there. */
  press?: string;
  /** What to click on once it is there. */
  click?: string;
}

interface Household {
  person: Person;
  list: string;
  todo: string;
  operator: boolean;
}

let phones = 0;

/** A person with a shared list and to-dos of every kind, and texts, one of which was refused. */
export async function household(service: Service, carrier: Carrier, locale = "en"): Promise<Household> {
  const person = await service.person(locale);
  const other = await service.person(locale);
  const list = await service.call<{ id: string }>("POST", "/list", person.token, { name: locale === "en" ? "Home" : "Casa" });
  const { code } = await service.call<{ code: string }>("POST", `/list/${list.id}/invite`, person.token);
  await service.call("POST", `/invite/${code}`, other.token);
  const lines = locale === "en"
    ? ["pay the rent today 9am !1 #home every month", "call the dentist today", "water the plants tomorrow every 3 days", "book train tickets friday !3 #travel", "read The 5th Wave", "a rather long title that tells in more words than it needs what somebody should do about the bicycle in the cellar"]
    : ["pagar aluguel hoje 9h !1 #casa todo mês", "ligar para o dentista hoje", "regar as plantas amanhã a cada 3 dias", "comprar passagens sexta !3 #viagem", "ler 5 páginas", "um título bem comprido que conta com mais palavras do que precisa o que alguém deve fazer com a bicicleta no porão"];
  for (const quick of lines) await service.todo(person, { quick });
  await service.todo(person, { title: locale === "en" ? "renew the passport" : "renovar o passaporte", due: "2024-02-29" });
  await service.todo(person, { title: locale === "en" ? "buy bread" : "comprar pão", list_id: list.id, for: other.user_id });
  const todo = await service.todo(person, { title: locale === "en" ? "plan the birthday" : "planejar o aniversário", list_id: list.id, priority: 2, notes: "…" });
  for (const title of ["cake", "music", "guests"]) await service.todo(person, { title, list_id: list.id, parent_id: todo.id });
  for (const state of ["done", "trash"]) {
    const one = await service.todo(person, { title: `${state} 1` });
    if (state === "done") await service.call("PATCH", `/todo/${one.id}`, person.token, { done: true });
    else await service.call("DELETE", `/todo/${one.id}`, person.token);
  }
  const gone = await service.call<{ id: string }>("POST", "/list", person.token, { name: locale === "en" ? "Attic" : "Sótão" });
  await service.call("DELETE", `/list/${gone.id}`, person.token);
  await service.call("POST", "/access-token", person.token, { name: locale === "en" ? "nightly backup" : "backup da noite", scopes: ["read"] });
  const mine = `551198765${4000 + ++phones}`;
  await service.givePhone(person, mine, () => carrier.texts.findLast(({ to }) => to === mine)?.text ?? "");
  carrier.refuse = /plumber|encanador/;
  for (const title of locale === "en" ? ["call the plumber", "feed the cat"] : ["chamar o encanador", "dar comida ao gato"]) {
    await service.todo(other, { title, list_id: list.id, for: person.user_id });
  }
  const { operator } = await service.call<{ operator: boolean }>("GET", "/me", person.token);
  return { person, list: list.id, todo: todo.id, operator };
}

export const SCREENS = (house: Household): Screen[] => [
  { name: "signin", path: "/app/signin", signedOut: true, ready: "form" },
  { name: "signup", path: "/app/signup", signedOut: true, ready: "form" },
  { name: "invite", path: "/app/invite#abc", signedOut: true, ready: "form" },
  { name: "reset", path: "/app/reset#abc", signedOut: true, ready: "form" },
  { name: "forgot", path: "/app/forgot", signedOut: true, ready: "form" },
  { name: "today", path: "/app/today", ready: ".row" },
  { name: "upcoming", path: "/app/upcoming", ready: ".row" },
  { name: "list", path: `/app/list/${house.list}`, ready: ".row" },
  { name: "done", path: "/app/done", ready: ".row" },
  { name: "trash", path: "/app/trash", ready: ".row" },
  { name: "search", path: "/app/search?q=pl", ready: ".row" },
  { name: "empty-search", path: "/app/search?q=zzzz", ready: ".empty" },
  { name: "about", path: `/app/list/${house.list}/about`, ready: ".members" },
  { name: "join", path: "/app/join#abc", ready: ".empty" },
  { name: "messages", path: "/app/messages", ready: ".thing[data-bad]" },
  { name: "devices", path: "/app/devices", ready: ".thing" },
  { name: "settings", path: "/app/settings", ready: ".section" },
  { name: "operator", path: "/app/operator", ready: house.operator ? ".operator .table" : ".empty" },
  { name: "farewell", path: "/app/settings", ready: ".section", click: "button.danger" },
  { name: "email", path: "/app/settings", ready: ".section", click: 'button:text-matches("Give an address|Informar um endereço")' },
  { name: "panel", path: `/app/list/${house.list}?todo=${house.todo}`, ready: ".step" },
  { name: "commands", path: "/app/today", ready: ".row", press: "Control+k" },
  { name: "keys", path: "/app/today", ready: ".row", press: "?" },
  { name: "date", path: "/app/today", ready: ".row", press: "j,t" },
  { name: "docs", path: "/docs#createTodo", ready: ".operation[open] .try", english: true },
  { name: "nowhere", path: "/app/nothing", ready: ".empty" },
];
