import "./empty.css";
import type { ReactNode } from "react";

/** What stands where nothing is: a small drawing, what is so, and what one could do. */
export function Empty({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <svg width="72" height="56" viewBox="0 0 72 56" fill="none" aria-hidden="true">
        <path
          d="M10 13a7 7 0 0 1 7-7h38a7 7 0 0 1 7 7v22a7 7 0 0 1-7 7H31L19 52v-10h-2a7 7 0 0 1-7-7z"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinejoin="round"
        />
        <path d="m28 24 6 6 11-12" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
      <p className="empty-title">{title}</p>
      {text && <p className="note">{text}</p>}
      {children}
    </div>
  );
}
