/** The contract (OpenAPI 3.1) as this page reads it: references followed, and an example for every body. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

export interface Answer {
  description?: string;
  content?: Record<string, Media>;
}

interface Operation {
  operationId: string;
  tags?: string[];
  summary?: string;
  description?: string;
  security?: object[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, Answer>;
}

export interface Contract {
  info: { title: string; version: string; summary?: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation | Parameter[]>>;
}

/** One operation with everything that belongs to it. */
export interface Call extends Operation {
  method: string;
  path: string;
  all: Parameter[];
  open: boolean;
}

const METHODS = ["get", "post", "put", "patch", "delete"];

export class Reader {
  readonly contract: Contract;

  constructor(contract: Contract) {
    this.contract = contract;
  }

  /** What a reference points to; anything else as it is. */
  follow<T extends object>(node: T): T {
    const ref = (node as { $ref?: string }).$ref;
    if (!ref) return node;
    let found: unknown = this.contract;
    for (const step of ref.slice(2).split("/")) found = (found as Record<string, unknown>)[step.replaceAll("~1", "/")];
    const { $ref: _, ...rest } = node as { $ref?: string };
    return { ...this.follow(found as T), ...rest };
  }

  calls(): Call[] {
    return Object.entries(this.contract.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method]).map((method) => {
        const operation = item[method] as Operation;
        const all = [...((item.parameters as Parameter[] | undefined) ?? []), ...(operation.parameters ?? [])];
        const open = operation.security?.some((one) => !Object.keys(one).length) ?? false;
        return { ...operation, method: method.toUpperCase(), path, all: all.map((one) => this.follow(one)), open };
      }),
    );
  }

  /** The type of a value in a few words: "string (uuid)", "integer 1–200", "list of Todo". */
  type(given: Schema): string {
    const name = given.$ref?.split("/").at(-1);
    const schema = this.follow(given);
    const parts = schema.oneOf ?? schema.anyOf;
    if (parts && !schema.properties) return parts.map((part) => this.type(part)).join(" or ");
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
    if (schema.items) return `list of ${this.type(schema.items)}`;
    const types = [schema.type ?? (schema.properties ? "object" : "any")].flat().join(" or ");
    const from = schema.minimum ?? schema.minLength;
    const to = schema.maximum ?? schema.maxLength;
    const range = from !== undefined || to !== undefined ? ` ${from ?? 0}–${to ?? "…"}` : "";
    return `${name && schema.properties ? name : types}${schema.format ? ` (${schema.format})` : ""}${range}`;
  }

  /** The members of an object, of all parts that it is made of. */
  members(given: Schema): [string, Schema, boolean][] {
    const schema = this.follow(given);
    const parts = (schema.allOf ?? []).flatMap((part) => this.members(part));
    const own = Object.entries(schema.properties ?? {}).map(
      ([name, member]): [string, Schema, boolean] => [name, member, schema.required?.includes(name) ?? false],
    );
    return [...parts, ...own];
  }

  /** The schema whose members are worth listing below a value: its own, its items', or the one that is not null. */
  inside(given: Schema): Schema | undefined {
    const schema = this.follow(given);
    if (schema.properties || schema.allOf) return schema;
    if (schema.items) return this.inside(schema.items);
    return (schema.oneOf ?? schema.anyOf)?.map((part) => this.inside(part)).find(Boolean);
  }

  /** A body to begin with: an example of the contract, else one made of what is required. */
  example(media: Media): string {
    const [first] = Object.values(media.examples ?? {});
    const value = media.example ?? first?.value ?? (media.schema ? this.#sample(media.schema, 0) : "");
    return typeof value === "string" ? value : JSON.stringify(value, null, 2);
  }

  #sample(given: Schema, depth: number): unknown {
    const schema = this.follow(given);
    const known = schema.examples?.[0] ?? schema.const ?? schema.default ?? schema.enum?.[0];
    if (known !== undefined) return known;
    if (schema.properties && depth < 4) {
      const members = this.members(schema);
      const wanted = members.some(([, , required]) => required) ? members.filter(([, , required]) => required) : members.slice(0, 1);
      return Object.fromEntries(wanted.map(([name, member]) => [name, this.#sample(member, depth + 1)]));
    }
    if (schema.items) return [this.#sample(schema.items, depth + 1)];
    const type = [schema.type ?? "string"].flat()[0];
    return type === "integer" || type === "number" ? (schema.minimum ?? 0) : type === "boolean" ? true : type === "object" ? {} : "";
  }
}
