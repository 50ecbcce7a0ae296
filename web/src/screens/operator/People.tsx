import { UserRound, UserRoundX } from "lucide-react";
import { useState } from "react";
import { useMe } from "../../app/Account.tsx";
import { More } from "../../components/More.tsx";
import { Section } from "../../components/Section.tsx";
import { Thing } from "../../components/Thing.tsx";
import { toast } from "../../components/toasts.ts";
import { agoName, instantName } from "../../i18n/dates.ts";
import { useLocale, useTexts } from "../../i18n/index.ts";
import { sentence } from "../../i18n/said.ts";
import { type Person, useDisabling, usePeople } from "./people.ts";
import { NewPassword } from "./NewPassword.tsx";

/** Everybody with an account. Whoever is kept out can be let in again from the notice. */
export function People() {
  const t = useTexts();
  const pages = usePeople();
  const [resetting, setResetting] = useState<Person>();
  const { mutate } = useDisabling((error) => toast({ text: t.operator.failed, detail: sentence(error), bad: true }));
  const change = (person: Person, disabled: boolean) =>
    mutate(
      { user_id: person.user_id, disabled },
      {
        onSuccess: () =>
          toast({
            text: (disabled ? t.operator.isOut : t.operator.isIn)(person.username),
            ...(disabled ? { action: { text: t.app.undo, run: () => change(person, false) } } : {}),
          }),
      },
    );
  const people = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section title={t.operator.people} note={t.operator.peopleNote}>
      <ul className="things">
        {people.map((person) => (
          <Line key={person.user_id} person={person} onChange={(out) => change(person, out)} onReset={() => setResetting(person)} />
        ))}
      </ul>
      <More pages={pages} />
      {resetting && <NewPassword person={resetting} onClose={() => setResetting(undefined)} />}
    </Section>
  );
}

interface LineProps {
  person: Person;
  onChange(disabled: boolean): void;
  onReset(): void;
}

function Line({ person, onChange, onReset }: LineProps) {
  const t = useTexts();
  const locale = useLocale();
  const me = useMe();
  const { username, disabled } = person;
  const seen = person.signed_in_at ? t.operator.seen(agoName(locale, person.signed_in_at)) : t.operator.neverSeen;
  const bits = [disabled && <span className="wrong">{t.operator.out}</span>, seen, t.operator.since(instantName(locale, person.created_at, me.time_zone))];
  const title = (
    <>
      {username}
      {person.operator && <span className="badge">{t.operator.badge}</span>}
    </>
  );
  return (
    <Thing icon={disabled ? <UserRoundX size={18} /> : <UserRound size={18} />} title={title} bits={bits}>
      <button className="button" aria-label={`${t.operator.reset}: ${username}`} onClick={onReset}>
        {t.operator.reset}
      </button>
      {person.user_id !== me.user_id && (
        <button className="button" aria-label={`${disabled ? t.operator.letIn : t.operator.keepOut}: ${username}`} onClick={() => onChange(!disabled)}>
          {disabled ? t.operator.letIn : t.operator.keepOut}
        </button>
      )}
    </Thing>
  );
}
