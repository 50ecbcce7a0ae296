import { useState } from "react";
import { Link } from "wouter";
import { useMe } from "../../app/Account.tsx";
import { lettersOn } from "../../app/keys.ts";
import { remember } from "../../app/remembered.ts";
import { setTheme, type Theme, theme } from "../../app/theme.ts";
import { Line, Section, Switch } from "../../components/Section.tsx";
import { type Locale, speak, useLocale, useTexts } from "../../i18n/index.ts";
import { LANGUAGES } from "../signin/Languages.tsx";
import { Data } from "./Data.tsx";
import { Email } from "./Email.tsx";
import { Factors } from "./Factors.tsx";
import { Ntfy } from "./Ntfy.tsx";
import { Password } from "./Password.tsx";
import { Phone } from "./Phone.tsx";
import { Texts } from "./Texts.tsx";
import { Tokens } from "./Tokens.tsx";
import { useChangeMe } from "./useChangeMe.ts";
import { Ways } from "./Ways.tsx";

/** Everything one can set; what is changed is saved at once. */
export default function Settings() {
  const t = useTexts();
  return (
    <div className="screen">
      <header className="screen-head">
        <h1>{t.nav.settings}</h1>
      </header>
      <Section title={t.settings.look}>
        <Language />
        <Themes />
        <Letters />
        <Zone />
      </Section>
      <Section title={t.settings.phone} note={t.settings.phoneNote}>
        <Phone />
        <Email />
        <Ntfy />
      </Section>
      <Section title={t.settings.order} note={t.settings.orderNote}>
        <Ways />
      </Section>
      <Section title={t.settings.told} note={t.settings.toldNote}>
        <Texts />
      </Section>
      <Section title={t.settings.password} note={t.settings.passwordNote}>
        <Password />
      </Section>
      <Section title={t.factors.title} note={t.factors.note}>
        <Factors />
      </Section>
      <Section title={t.settings.tokens} note={<>{t.settings.tokensNote} <Link href="/app/devices">{t.nav.devices}</Link>.</>}>
        <Tokens />
      </Section>
      <Section title={t.settings.data}>
        <Data />
      </Section>
    </div>
  );
}

function Language() {
  const t = useTexts();
  const locale = useLocale();
  const change = useChangeMe();
  const choose = (locale: Locale) => {
    speak(locale);
    change({ locale });
  };
  return (
    <Line label={t.settings.language} note={t.settings.languageNote}>
      {(id) => (
        <select id={id} className="input" value={locale} onChange={(event) => choose(event.target.value as Locale)}>
          {Object.entries(LANGUAGES).map(([locale, name]) => (
            <option key={locale} value={locale} lang={locale}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Line>
  );
}

function Themes() {
  const t = useTexts();
  const [now, setNow] = useState(theme);
  const names = Object.entries(t.settings.themes) as [Theme, string][];
  return (
    <div className="line" role="radiogroup" aria-label={t.settings.theme}>
      <span aria-hidden="true">{t.settings.theme}</span>
      <div className="choices">
        {names.map(([name, text]) => (
          <label key={name}>
            <input
              type="radio"
              name="theme"
              checked={name === now}
              onChange={() => {
                setTheme(name);
                setNow(name);
              }}
            />
            {text}
          </label>
        ))}
      </div>
    </div>
  );
}

function Letters() {
  const t = useTexts();
  const [on, setOn] = useState(lettersOn);
  const set = (on: boolean) => {
    remember("keys", on ? "on" : "off");
    setOn(on);
  };
  return <Switch label={t.keys.off} note={t.settings.lettersNote} on={on} onSwitch={set} />;
}

function Zone() {
  const t = useTexts();
  const { time_zone } = useMe();
  const change = useChangeMe();
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set([time_zone, here, ...Intl.supportedValuesOf("timeZone")])].sort();
  const elsewhere = here !== time_zone && (
    <button className="link" onClick={() => change({ time_zone: here })}>
      {t.settings.zoneHere(here)}
    </button>
  );
  return (
    <Line label={t.settings.zone} note={elsewhere || t.settings.zoneNote}>
      {(id) => (
        <select id={id} className="input" value={time_zone} onChange={(event) => change({ time_zone: event.target.value })}>
          {zones.map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </select>
      )}
    </Line>
  );
}
