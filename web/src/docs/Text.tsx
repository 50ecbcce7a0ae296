import type { ReactNode } from "react";

/** The little Markdown that the contract uses: paragraphs, lists, headings, `code` and links. */
export function Text({ text }: { text: string }) {
  return <>{text.trim().split(/\n\s*\n/).map((block) => <Block key={block} block={block} />)}</>;
}

function Block({ block }: { block: string }) {
  if (block.startsWith("#")) return <h3>{block.replace(/^#+\s*/, "")}</h3>;
  if (/^\s*[*-] /.test(block)) {
    const items = block.trim().replace(/^[*-] /, "").split(/\n\s*[*-] /);
    return (
      <ul className="bullets">
        {items.map((item) => (
          <li key={item}>{inline(item)}</li>
        ))}
      </ul>
    );
  }
  return <p>{inline(block)}</p>;
}

function inline(text: string): ReactNode[] {
  return text.split(/(`[^`]+`|\[[^\]]+\]\([^)]+\))/).map((part) => {
    if (part.startsWith("`")) return <code key={part}>{part.slice(1, -1)}</code>;
    const link = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part);
    return link && /^(\/|https?:)/.test(link[2]!) ? <a key={part} href={link[2]}>{link[1]}</a> : part;
  });
}
