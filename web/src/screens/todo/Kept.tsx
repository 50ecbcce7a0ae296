import { useEffect, useLayoutEffect, useRef, useState } from "react";

interface Props {
  label: string;
  value: string;
  placeholder?: string;
  disabled?: boolean;
  required?: boolean;
  multiline?: boolean;
  maxLength: number;
  onSave(value: string): void;
}

/** A text that is saved when one leaves it, or with Enter; Escape takes it back. It grows with what is in it. */
export function Kept({ label, value, placeholder, disabled, required, multiline, maxLength, onSave }: Props) {
  const [text, setText] = useState(value);
  const field = useRef<HTMLTextAreaElement>(null);
  const latest = useRef({ text, value, onSave, required });
  latest.current = { text, value, onSave, required };
  useEffect(() => {
    if (document.activeElement !== field.current) setText(value);
  }, [value]);
  useLayoutEffect(() => {
    const { current } = field;
    if (!current) return;
    current.style.height = "auto";
    current.style.height = `${current.scrollHeight}px`;
  }, [text]);
  const save = () => {
    const now = latest.current;
    const wanted = now.text.trim();
    if (now.required && !wanted) setText(now.value);
    else if (wanted !== now.value) now.onSave(wanted);
  };
  // What was typed counts even when the panel goes before the field was left.
  useEffect(() => () => save(), []);
  return (
    <textarea
      ref={field}
      className={multiline ? "kept notes" : "kept"}
      aria-label={label}
      rows={1}
      value={text}
      placeholder={placeholder}
      disabled={disabled}
      maxLength={maxLength}
      onChange={(event) => setText(multiline ? event.target.value : event.target.value.replace(/\n/g, " "))}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (!multiline || event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          field.current?.blur();
        } else if (event.key === "Escape" && text !== value) {
          event.preventDefault();
          event.stopPropagation();
          setText(value);
        }
      }}
    />
  );
}
