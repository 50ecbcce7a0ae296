import "./section.css";
import { type ReactNode, useId } from "react";

/** A part of a screen of settings, with its heading. */
export function Section({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className="section" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {note && <p className="note">{note}</p>}
      </header>
      <div className="section-lines">{children}</div>
    </section>
  );
}

interface LineProps {
  label: string;
  note?: ReactNode;
  /** What is set here; it gets the id that the label names. */
  children(id: string): ReactNode;
}

/** One setting: what it is at the left, the control at the right. */
export function Line({ label, note, children }: LineProps) {
  const id = useId();
  return (
    <div className="line">
      <div>
        <label htmlFor={id}>{label}</label>
        {note && <p className="note">{note}</p>}
      </div>
      {children(id)}
    </div>
  );
}

/** Something that one can do: what it is about at the left, buttons, which speak for themselves, at the right. */
export function Deed({ label, note, children }: { label: string; note?: ReactNode; children: ReactNode }) {
  return (
    <div className="line">
      <div>
        {label}
        {note && <p className="note">{note}</p>}
      </div>
      <div className="two">{children}</div>
    </div>
  );
}

interface SwitchProps {
  label: string;
  note?: ReactNode;
  on: boolean;
  disabled?: boolean;
  onSwitch(on: boolean): void;
}

/** A setting that is on or off. */
export function Switch({ label, note, on, disabled = false, onSwitch }: SwitchProps) {
  return (
    <Line label={label} note={note}>
      {(id) => (
        <input
          id={id}
          className="toggle"
          type="checkbox"
          role="switch"
          checked={on}
          disabled={disabled}
          onChange={(event) => onSwitch(event.target.checked)}
        />
      )}
    </Line>
  );
}
