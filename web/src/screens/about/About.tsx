import "./about.css";
import { Crown, Eye, Pencil } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { useLists, useMe } from "../../app/Account.tsx";
import { Section } from "../../components/Section.tsx";
import { Thing } from "../../components/Thing.tsx";
import { useTexts } from "../../i18n/index.ts";
import { useComplete } from "../../todos/hooks.ts";
import type { List } from "../../todos/todo.ts";
import { Nowhere } from "../nowhere/Nowhere.tsx";
import { Invite } from "./Invite.tsx";
import { useListDeeds } from "./useListDeeds.ts";

type Member = List["members"][number];
const ICONS = { owner: <Crown size={18} />, editor: <Pencil size={18} />, viewer: <Eye size={18} /> };

/** About a list: its name, who takes part and as what, invitations, and the way out of it. */
export default function About({ id }: { id: string }) {
  const t = useTexts();
  const list = useLists().find((one) => one.id === id);
  const complete = useComplete();
  if (!list || list.personal) return complete ? <Nowhere /> : null;
  const owner = list.role === "owner";
  return (
    <div className="screen">
      <header className="screen-head">
        <h1>{list.name}</h1>
        <p className="note">
          <Link href={`/app/list/${id}`}>{t.lists.back}</Link>
        </p>
      </header>
      <Section title={t.lists.members} note={t.lists.role[list.role]}>
        <ul className="members">
          {list.members.map((member) => (
            <Person key={member.user_id} list={list} member={member} />
          ))}
        </ul>
      </Section>
      {owner && (
        <Section title={t.lists.invite} note={t.lists.inviteNote}>
          <Invite list={list} />
        </Section>
      )}
      <Section title={t.lists.this}>
        {list.role !== "viewer" && <Name key={list.name} list={list} />}
        <WayOut list={list} />
      </Section>
    </div>
  );
}

function Person({ list, member }: { list: List; member: Member }) {
  const t = useTexts();
  const me = useMe();
  const { setRole, remove } = useListDeeds();
  const name = member.username ?? "";
  const mine = member.user_id === me.user_id;
  const managed = list.role === "owner" && !mine;
  return (
    <Thing
      icon={ICONS[member.role]}
      title={mine ? t.todo.me(name) : name}
      bits={managed ? [] : [t.lists.roles[member.role]]}
    >
      {managed && (
        <>
          <select
            className="input"
            aria-label={`${t.lists.as} ${name}`}
            value={member.role}
            onChange={(event) => setRole(list, member, event.target.value as Member["role"])}
          >
            {(["editor", "viewer", "owner"] as const).map((role) => (
              <option key={role} value={role}>
                {role === "owner" ? t.lists.handOver : t.lists.roles[role]}
              </option>
            ))}
          </select>
          <button className="button" aria-label={`${t.lists.remove}: ${name}`} onClick={() => remove(list, member)}>
            {t.lists.remove}
          </button>
        </>
      )}
    </Thing>
  );
}

function Name({ list }: { list: List }) {
  const t = useTexts();
  const { rename } = useListDeeds();
  const [name, setName] = useState(list.name);
  const wanted = name.trim();
  return (
    <form
      className="section-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted && wanted !== list.name) rename(list, wanted);
      }}
    >
      <label className="field">
        <span>{t.nav.listName}</span>
        <input className="input" value={name} onChange={(event) => setName(event.target.value)} required maxLength={100} />
      </label>
      <button className="button" disabled={!wanted || wanted === list.name}>
        {t.lists.rename}
      </button>
    </form>
  );
}

function WayOut({ list }: { list: List }) {
  const t = useTexts();
  const { leave, trash } = useListDeeds();
  const owner = list.role === "owner";
  return (
    <div className="line">
      <div>
        {owner ? t.lists.delete : t.lists.leave}
        <p className="note">{owner ? t.lists.deleteNote : t.lists.leaveNote}</p>
      </div>
      <button className="button danger" onClick={() => (owner ? trash(list) : leave(list))}>
        {owner ? t.todo.delete : t.lists.leaveButton}
      </button>
    </div>
  );
}
