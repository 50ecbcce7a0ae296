import "./messages.css";
import { type InfiniteData, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { CheckCheck, Clock, MessageSquare, MessageSquareWarning, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useMe } from "../../app/Account.tsx";
import { http } from "../../api/http.ts";
import type { components } from "../../api/schema";
import { Empty } from "../../components/Empty.tsx";
import { More } from "../../components/More.tsx";
import { Thing } from "../../components/Thing.tsx";
import { toast } from "../../components/toasts.ts";
import { instantName, priceName } from "../../i18n/dates.ts";
import { useLocale, useTexts } from "../../i18n/index.ts";
import { said, sentence } from "../../i18n/said.ts";

type Message = components["schemas"]["Message"];
type Page = components["schemas"]["MessagePage"];
type Pages = InfiniteData<Page>;

const KEY = ["messages"];
const LIMIT = 50;
/** How often to look again while something is on its way, in milliseconds. */
const LOOKS_AGAIN = 3_000;
/** How long a receipt is waited for: some carriers send none. */
const RECEIPT_WITHIN = 5 * 60_000;

const ICONS: Record<Message["state"], ReactNode> = {
  queued: <Clock size={18} />,
  sent: <MessageSquare size={18} />,
  delivered: <CheckCheck size={18} />,
  failed: <MessageSquareWarning size={18} />,
};

/** What was texted to this person, what became of it, and another try for what failed. */
export default function Messages() {
  const t = useTexts();
  const pages = useInfiniteQuery({
    queryKey: KEY,
    staleTime: 0,
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }) => {
      const params = { limit: LIMIT, ...(pageParam ? { cursor: pageParam } : {}) };
      return (await http.get<Page>("/message", { params, signal })).data;
    },
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: ({ state }) => (messagesOf(state.data).some(isUnderWay) ? LOOKS_AGAIN : false),
  });
  const retry = useRetry();
  const messages = messagesOf(pages.data);

  return (
    <div className="screen">
      <header className="screen-head">
        <h1>{t.nav.messages}</h1>
        <p className="note">{t.messages.note}</p>
      </header>
      {messages.length > 0 && (
        <ul className="things">
          {messages.map((message) => (
            <Line key={message.id} message={message} onRetry={() => retry(message)} />
          ))}
        </ul>
      )}
      {!messages.length && pages.isSuccess && <Nothing />}
      <More pages={pages} />
    </div>
  );
}

function Line({ message, onRetry }: { message: Message; onRetry(): void }) {
  const t = useTexts();
  const locale = useLocale();
  const { time_zone } = useMe();
  const failed = message.state === "failed";
  const when = instantName(locale, message.delivered_at ?? message.sent_at ?? message.created_at, time_zone);
  const text = message.todo_id ? <Link href={`/app/messages?todo=${message.todo_id}`}>{message.text}</Link> : message.text;
  const told = message.channel === "ntfy" && message.state === "sent" ? t.messages.handedOver : t.messages.states[message.state];
  const state = <span className={failed ? "wrong" : ""}>{told}</span>;
  const price = message.price && message.currency && priceName(locale, message.price, message.currency);
  const bits = [state, message.error && said(message.error), t.messages.by[message.channel](message.to), when, price];
  return (
    <Thing icon={ICONS[message.state]} title={<span className="message">{text}</span>} bits={bits} bad={failed}>
      {failed && (
        <button className="button" onClick={onRetry}>
          <RotateCw size={16} aria-hidden="true" /> {t.messages.retry}
        </button>
      )}
    </Thing>
  );
}

function Nothing() {
  const t = useTexts();
  const { phone_verified } = useMe();
  return (
    <Empty title={t.messages.none} text={phone_verified ? t.messages.noneYet : t.messages.noPhone}>
      {!phone_verified && (
        <Link className="button" href="/app/settings">
          {t.messages.givePhone}
        </Link>
      )}
    </Empty>
  );
}

/** Try a failed one again: it is shown as waiting at once. */
function useRetry(): (message: Message) => void {
  const t = useTexts();
  const queries = useQueryClient();
  const show = (message: Message) => queries.setQueryData<Pages>(KEY, (pages) => pages && withMessage(pages, message));
  const { mutate } = useMutation({
    mutationFn: async ({ id }: Message) => (await http.post<Message>(`/message/${id}/retry`)).data,
    onMutate: (message) => void show({ ...message, state: "queued", error: null }),
    onSuccess: show,
    onError: (error, message) => {
      show(message);
      toast({ text: t.messages.failed, detail: sentence(error), bad: true });
    },
  });
  return mutate;
}

/** Whether its state may change any moment: it waits, or its receipt does. */
function isUnderWay({ state, sent_at }: Message): boolean {
  return state === "queued" || (state === "sent" && sent_at !== null && Date.now() - Date.parse(sent_at) < RECEIPT_WITHIN);
}

const messagesOf = (pages: Pages | undefined): Message[] => pages?.pages.flatMap(({ items }) => items) ?? [];

function withMessage(pages: Pages, message: Message): Pages {
  const put = (page: Page): Page => ({ ...page, items: page.items.map((one) => (one.id === message.id ? message : one)) });
  return { ...pages, pages: pages.pages.map(put) };
}
