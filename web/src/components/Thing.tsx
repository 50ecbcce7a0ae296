import "./thing.css";
import type { ReactNode } from "react";

interface Props {
  icon: ReactNode;
  title: ReactNode;
  /** What is told of it in a smaller line, each part by itself. */
  bits?: ReactNode[];
  /** What one can do with it. */
  children?: ReactNode;
  /** It is on its way out. */
  leaving?: boolean;
  bad?: boolean;
}

/** One of a list of things that are no to-dos: a device, a message, a member. */
export function Thing({ icon, title, bits = [], children, leaving = false, bad = false }: Props) {
  return (
    <li className="thing" data-leaving={leaving || undefined} data-bad={bad || undefined}>
      <span className="thing-icon" aria-hidden="true">
        {icon}
      </span>
      <div className="thing-told">
        <div className="thing-title">{title}</div>
        <div className="thing-bits">
          {bits.filter(Boolean).map((bit, place) => (
            // The parts of a line have no names, and never change places.
            // oxlint-disable-next-line react/no-array-index-key
            <span key={place}>{bit} </span>
          ))}
        </div>
      </div>
      {children && <div className="thing-does">{children}</div>}
    </li>
  );
}
