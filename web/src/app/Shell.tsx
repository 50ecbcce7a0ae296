import "./shell.css";
import { CalendarDays, CircleCheck, Inbox, List as ListIcon, LogOut, Menu, MessageSquare, MonitorSmartphone, Plus, Search, Settings as SettingsIcon, Sun, Trash2, Users, Wrench, X } from "lucide-react";
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { Logo } from "../components/Logo.tsx";
import { ToastBar } from "../components/ToastBar.tsx";
import { useTexts } from "../i18n/index.ts";
import { signOut } from "../session/leaving.ts";
import { isAsked, subscribe } from "../session/proving.ts";
import { listView, useView } from "../todos/hooks.ts";
import { personal, useLists, useMe } from "./Account.tsx";
import { focusQuickAdd, useKeys } from "./keys.ts";
import { NewList } from "./NewList.tsx";
import { StatusBar } from "./StatusBar.tsx";

const loadPanel = () => import("../screens/todo/Panel.tsx");
const loadCommands = () => import("../screens/commands/Commands.tsx");
const Panel = lazy(loadPanel);
const Commands = lazy(loadCommands);
const Keys = lazy(() => import("../screens/keys/Keys.tsx"));
const Prove = lazy(() => import("./Prove.tsx"));

/** What is round every screen: the views and lists at the side, notices, the open to-do, and the keys. */
export function Shell({ children }: { children: ReactNode }) {
  const t = useTexts();
  const [path] = useLocation();
  const [search] = useSearchParams();
  const [menu, setMenu] = useState(false);
  const { dialog, setDialog, closed } = useKeys();
  const todo = search.get("todo");
  const asked = useSyncExternalStore(subscribe, isAsked);
  useEffect(() => setMenu(false), [path]);
  useEffect(() => {
    // What people type right after Ctrl+K must not go elsewhere because a file is still on its way.
    const timer = setTimeout(() => void Promise.all([loadPanel(), loadCommands()]).catch(() => undefined), 1_000);
    return () => clearTimeout(timer);
  }, []);

  return (
    <div className="shell" data-menu={menu || undefined} data-panel={todo ? true : undefined}>
      <a className="skip" href="#main">
        {t.app.skip}
      </a>
      <Side open={menu} onClose={() => setMenu(false)} onCommands={() => setDialog("commands")} />
      <main id="main" tabIndex={-1}>
        <StatusBar />
        {children}
      </main>
      {todo && (
        <Suspense fallback={<aside className="panel" aria-busy="true" />}>
          <Panel key={todo} id={todo} />
        </Suspense>
      )}
      <Bottom onMenu={() => setMenu(!menu)} />
      <ToastBar />
      <Suspense fallback={null}>
        {dialog === "commands" && <Commands onClose={() => closed("commands")} onKeys={() => setDialog("keys")} />}
        {dialog === "keys" && <Keys onClose={() => closed("keys")} />}
        {asked && <Prove />}
      </Suspense>
    </div>
  );
}

function Side({ open, onClose, onCommands }: { open: boolean; onClose(): void; onCommands(): void }) {
  const t = useTexts();
  const me = useMe();
  const lists = useLists();
  const own = personal(lists);
  const shared = lists.filter((list) => !list.personal);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (open) close.current?.focus();
  }, [open]);

  return (
    <>
      {open && <div className="scrim" onClick={onClose} />}
      <nav className="side" aria-label={t.nav.label}>
        <div className="side-top">
          <Link href="/app/today" className="brand" aria-label="recado">
            <Logo />
            <span aria-hidden="true">recado</span>
          </Link>
          <button ref={close} className="icon-button side-close" aria-label={t.app.close} onClick={onClose}>
            <X size={20} />
          </button>
        </div>
        <ul>
          <Item href="/app/today" icon={<Sun size={18} />} text={t.nav.today} />
          <Item href="/app/upcoming" icon={<CalendarDays size={18} />} text={t.nav.upcoming} />
          <Item href="/app/search" icon={<Search size={18} />} text={t.nav.search} hint="/" />
        </ul>
        <h2>{t.nav.lists}</h2>
        <ul>
          {own && <Item href={`/app/list/${own.id}`} icon={<Inbox size={18} />} text={t.nav.personal} count={<Count id={own.id} />} />}
          {shared.map((list) => (
            <Item
              key={list.id}
              href={`/app/list/${list.id}`}
              icon={list.members.length > 1 ? <Users size={18} /> : <ListIcon size={18} />}
              text={list.name}
              count={<Count id={list.id} />}
            />
          ))}
          <li>
            <NewList />
          </li>
        </ul>
        <ul className="side-end">
          <Item href="/app/done" icon={<CircleCheck size={18} />} text={t.nav.done} />
          <Item href="/app/trash" icon={<Trash2 size={18} />} text={t.nav.trash} />
        </ul>
        <ul className="side-end">
          <Item href="/app/messages" icon={<MessageSquare size={18} />} text={t.nav.messages} />
          <Item href="/app/devices" icon={<MonitorSmartphone size={18} />} text={t.nav.devices} />
          <Item href="/app/settings" icon={<SettingsIcon size={18} />} text={t.nav.settings} />
          {me.operator && <Item href="/app/operator" icon={<Wrench size={18} />} text={t.nav.operator} />}
        </ul>
        <div className="side-foot">
          <button className="side-item" onClick={onCommands}>
            <span className="side-text">{t.nav.commands}</span>
            <kbd>Ctrl K</kbd>
          </button>
          <button className="side-item" onClick={() => void signOut().catch(() => undefined)}>
            <LogOut size={18} />
            <span className="side-text">{t.nav.signOut}</span>
            <span className="side-name">{me.username}</span>
          </button>
        </div>
      </nav>
    </>
  );
}

interface ItemProps {
  href: string;
  icon: ReactNode;
  text: string;
  count?: ReactNode;
  hint?: string;
}

function Item({ href, icon, text, count, hint }: ItemProps) {
  const [path] = useLocation();
  return (
    <li>
      <Link className="side-item" href={href} aria-current={path === href ? "page" : undefined}>
        {icon}
        <span className="side-text">{text}</span>
        {count}
        {hint && <kbd aria-hidden="true">{hint}</kbd>}
      </Link>
    </li>
  );
}

/** How many are open in a list. */
function Count({ id }: { id: string }) {
  const { length } = useView(listView(id));
  return length ? <span className="count">{length}</span> : null;
}

/** The bar at the bottom of a phone. */
function Bottom({ onMenu }: { onMenu(): void }) {
  const t = useTexts();
  const [path, go] = useLocation();
  const at = (href: string) => (path === href ? ("page" as const) : undefined);
  const add = () => {
    if (!focusQuickAdd()) {
      go("/app/today");
      setTimeout(focusQuickAdd, 50);
    }
  };
  return (
    <nav className="bottom" aria-label={t.nav.bottom}>
      <Link href="/app/today" aria-current={at("/app/today")} aria-label={t.nav.today}>
        <Sun size={22} />
      </Link>
      <Link href="/app/upcoming" aria-current={at("/app/upcoming")} aria-label={t.nav.upcoming}>
        <CalendarDays size={22} />
      </Link>
      <button className="bottom-add" aria-label={t.commands.add} onClick={add}>
        <Plus size={24} />
      </button>
      <Link href="/app/search" aria-current={at("/app/search")} aria-label={t.nav.search}>
        <Search size={22} />
      </Link>
      <button aria-label={t.app.menu} onClick={onMenu}>
        <Menu size={22} />
      </button>
    </nav>
  );
}
