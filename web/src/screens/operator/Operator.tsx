import "./operator.css";
import { useMe } from "../../app/Account.tsx";
import { useTexts } from "../../i18n/index.ts";
import { Nowhere } from "../nowhere/Nowhere.tsx";
import { Section } from "../../components/Section.tsx";
import { Events } from "./Events.tsx";
import { Invitations } from "./Invitations.tsx";
import { People } from "./People.tsx";
import { Spending } from "./Spending.tsx";

/** For whoever runs the service: who is here, who may come, what it costs, and what happened to accounts. */
export default function Operator() {
  const t = useTexts();
  const { operator } = useMe();
  if (!operator) return <Nowhere />;
  return (
    <div className="screen operator">
      <header className="screen-head">
        <h1>{t.nav.operator}</h1>
        <p className="note">{t.operator.note}</p>
      </header>
      <People />
      <Invitations />
      <Spending />
      <Events />
      <Section title={t.operator.backup} note={t.operator.backupNote}>
        <p className="line">
          <code>recado backup FILE</code>
        </p>
      </Section>
    </div>
  );
}
