import type { Reader, Schema } from "./contract.ts";
import { Text } from "./Text.tsx";

const DEEPEST = 3;

/** The members of an object, and below each those of what it holds. */
export function Members({ reader, schema, depth = 0 }: { reader: Reader; schema: Schema; depth?: number }) {
  const inside = reader.inside(schema);
  const members = inside ? reader.members(inside) : [];
  if (!members.length) return depth ? null : <p className="type">{reader.type(schema)}</p>;
  return (
    <ul className="members">
      {members.map(([name, member, required]) => (
        <li key={name}>
          <code>{name}</code> <span className="type">{reader.type(member)}</span>
          {required && <span className="must">required</span>}
          {reader.follow(member).description && <Text text={reader.follow(member).description!} />}
          {depth < DEEPEST && reader.inside(member) && <Members reader={reader} schema={member} depth={depth + 1} />}
        </li>
      ))}
    </ul>
  );
}
