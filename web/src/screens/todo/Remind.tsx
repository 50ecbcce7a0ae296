import { type FocusEvent, type KeyboardEvent, useState } from "react";
import { type Locale, useLocale, useTexts } from "../../i18n/index.ts";
import { beforeName } from "../../i18n/dates.ts";

/** Minutes before it is due. */
const USUAL = [0, 5, 10, 30, 60, 120, 1440, 2880, 10_080];
/** The service takes four weeks at most (openapi.yaml). */
const MOST = 28 * 1440;
const UNITS = { minute: 1, hour: 60, day: 1440 } as const;
type Unit = keyof typeof UNITS;

interface Props {
  id: string;
  remind: number | null;
  onSet(remind: number | null): void;
}

/** When to be reminded: a usual time before, or any number of minutes, hours or days. */
export function Remind({ id, remind, onSet }: Props) {
  const t = useTexts();
  const locale = useLocale();
  const [other, setOther] = useState(false);
  if (other) {
    const done = (minutes: number | undefined) => {
      setOther(false);
      if (minutes !== undefined && minutes !== remind) onSet(minutes);
    };
    return <Other id={id} first={remind ?? 15} onDone={done} />;
  }
  const choices = remind === null || USUAL.includes(remind) ? USUAL : [...USUAL, remind].sort((a, b) => a - b);
  const choose = (value: string) => (value === "other" ? setOther(true) : onSet(value === "" ? null : Number(value)));
  return (
    <select id={id} value={remind ?? ""} onChange={(event) => choose(event.target.value)}>
      <option value="">{t.todo.never}</option>
      {choices.map((minutes) => (
        <option key={minutes} value={minutes}>
          {minutes === 0 ? t.todo.atTime : t.todo.before(lasting(locale, minutes))}
        </option>
      ))}
      <option value="other">{t.todo.other}</option>
    </select>
  );
}

interface OtherProps {
  id: string;
  first: number;
  /** Undefined when nothing was chosen after all. */
  onDone(minutes: number | undefined): void;
}

function Other({ id, first, onDone }: OtherProps) {
  const t = useTexts();
  const locale = useLocale();
  const start = unitOf(first);
  const [count, setCount] = useState(String(first / UNITS[start]));
  const [unit, setUnit] = useState<Unit>(start);
  const minutes = Number(count) * UNITS[unit];
  const good = /^\d+$/.test(count) && minutes <= MOST;
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Enter") onDone(good ? minutes : undefined);
    if (event.key !== "Escape") return;
    event.preventDefault();
    onDone(undefined);
  };
  const left = ({ currentTarget, relatedTarget }: FocusEvent<HTMLDivElement>) => {
    if (!currentTarget.contains(relatedTarget)) onDone(good ? minutes : undefined);
  };
  return (
    <div className="remind-other" role="group" aria-label={t.todo.remind} onBlur={left} onKeyDown={pressed}>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={0}
        max={MOST / UNITS[unit]}
        value={count}
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        aria-invalid={!good || undefined}
        onChange={(event) => setCount(event.target.value)}
      />
      <select aria-label={t.todo.unit} value={unit} onChange={(event) => setUnit(event.target.value as Unit)}>
        {(Object.keys(UNITS) as Unit[]).map((unit) => (
          <option key={unit} value={unit}>
            {beforeName(locale, Number(count) || 0, unit).replace(/^[\d.,\s]+/, "")}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The largest unit in which so many minutes are a whole number. */
const unitOf = (minutes: number): Unit => (minutes && minutes % 1440 === 0 ? "day" : minutes && minutes % 60 === 0 ? "hour" : "minute");

function lasting(locale: Locale, minutes: number): string {
  const unit = unitOf(minutes);
  return beforeName(locale, minutes / UNITS[unit], unit);
}
