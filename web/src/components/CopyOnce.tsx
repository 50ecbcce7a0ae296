import "./copyonce.css";
import { CopyField } from "./CopyField.tsx";

interface Props {
  label: string;
  text: string;
  note: string;
}

/** A secret that is shown now and never again, with a button that copies it. */
export function CopyOnce({ label, text, note }: Props) {
  return (
    <div className="section-form copy-once" role="status">
      <CopyField label={label} value={text} />
      <p className="note">{note}</p>
    </div>
  );
}
