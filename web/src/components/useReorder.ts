/**
 * Reordering by pointer: a row is taken by its grip, mouse or finger, the others make room, and where it is let go it stays.
 * Escape, or a second finger, puts it back. The keyboard has Alt with the arrows, and the panel has buttons.
 */
import { type PointerEvent as Pressed, useCallback, useEffect, useRef, useState } from "react";
import type { Todo } from "../todos/todo.ts";

/** How near to an edge the list begins to scroll, and how far it goes with each frame, in pixels. */
const EDGE = 56;
const STEP = 12;

export interface Drag {
  id: string;
  /** Its place before, and the place it would get now. */
  from: number;
  to: number;
  /** Where its top is drawn, below the top of the list, and how much room it takes. */
  top: number;
  size: number;
}

interface Measured {
  start: number;
  size: number;
}

interface Options {
  todos: readonly Todo[];
  /** Where each row stands, `start` counted from the top of the list. */
  measured(): readonly Measured[];
  onDrop(from: number, to: number): void;
}

export function useReorder({ todos, measured, onDrop }: Options) {
  const [drag, setDrag] = useState<Drag>();
  const now = useRef({ todos, measured, onDrop });
  now.current = { todos, measured, onDrop };
  const end = useRef<() => void>(undefined);
  useEffect(() => () => end.current?.(), []);

  const take = useCallback((event: Pressed<HTMLElement>) => {
    const grip = event.target instanceof Element ? event.target.closest<HTMLElement>(".grip") : null;
    if (!grip || event.button !== 0 || !event.isPrimary || end.current) return;
    event.preventDefault(); // no text is selected on the way
    const list = event.currentTarget;
    const main = document.getElementById("main")!;
    const id = grip.dataset.id!;
    const row = grip.closest("li")!.getBoundingClientRect();
    const held = event.clientY - row.top;
    let y = event.clientY;
    let last: Drag | undefined;

    const follow = () => {
      last = placed(id, y - list.getBoundingClientRect().top - held, now.current.todos, now.current.measured());
      setDrag(last);
      if (!last) end.current?.(); // somebody else took it away meanwhile
    };
    const scroll = () => {
      const { top, bottom } = main.getBoundingClientRect();
      const by = y < top + EDGE ? -STEP : y > bottom - EDGE ? STEP : 0;
      const before = main.scrollTop;
      if (by) main.scrollBy(0, by);
      if (main.scrollTop !== before) follow();
      frame = requestAnimationFrame(scroll);
    };
    let frame = requestAnimationFrame(scroll);
    const moved = (event: PointerEvent) => {
      if (!event.isPrimary) return;
      y = event.clientY;
      follow();
    };
    const dropped = (event: PointerEvent) => {
      if (!event.isPrimary) return;
      const at = last;
      end.current?.();
      if (at && at.to !== at.from) now.current.onDrop(at.from, at.to);
    };
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      end.current?.();
    };
    const leave = () => end.current?.();
    addEventListener("pointermove", moved);
    addEventListener("pointerup", dropped);
    addEventListener("pointercancel", leave);
    addEventListener("keydown", pressed, true);
    end.current = () => {
      cancelAnimationFrame(frame);
      removeEventListener("pointermove", moved);
      removeEventListener("pointerup", dropped);
      removeEventListener("pointercancel", leave);
      removeEventListener("keydown", pressed, true);
      end.current = undefined;
      setDrag(undefined);
    };
  }, []);

  return { drag, take };
}

/** The place that a row gets whose top is held there: it passes a neighbour once it covers half of it. */
export function placed(id: string, wanted: number, todos: readonly { id: string }[], rows: readonly Measured[]): Drag | undefined {
  const from = todos.findIndex((todo) => todo.id === id);
  const row = rows[from];
  const end = rows[todos.length - 1];
  if (!row || !end) return undefined;
  const { size } = row;
  const top = Math.max(0, Math.min(wanted, end.start + end.size - size));
  let to = from;
  while (to + 1 < todos.length && top + size > middle(rows[to + 1]!)) to++;
  while (to > 0 && to <= from && top < middle(rows[to - 1]!)) to--;
  return { id, from, to, top, size };
}

const middle = ({ start, size }: Measured): number => start + size / 2;

/** How far a row that is not dragged moves out of the way. */
export function room(drag: Drag | undefined, place: number): number {
  if (!drag || place === drag.from) return 0;
  if (place > drag.from && place <= drag.to) return -drag.size;
  if (place < drag.from && place >= drag.to) return drag.size;
  return 0;
}
